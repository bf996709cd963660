using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Alice.ML.Files;
using Alice.ML.Models.Inputs;
using Microsoft.ML.Data;

namespace Alice.ML.Models.Networks;

/// <summary>Reads one <see cref="NetworkEnsemble"/>, as <see cref="NetworkEnsembleFormat"/> describes it.</summary>
internal sealed class NetworkEnsembleReader : IDisposable
{
    // An application's own limit, in its runtimeconfig.json or by AppContext.SetData.
    private const string MaximumBytesName = "Alice.ML.MaximumModelBytes";

    private const int WordSize = sizeof(uint);
    private const int HeaderWords = 4;
    private const uint VersionWithOutputTransform = 2;
    private const uint VersionWithMembers = 3;
    private const uint VersionWithPreparation = 4;
    private const uint VersionWithBackground = 5;
    private const uint VersionWithRanges = 5;
    private const int FeatureWords = 5;

    private readonly ChecksumStream _checksum;
    private readonly BinaryReader _reader;
    private long _bytesLeft;
    private uint _version;

    public NetworkEnsembleReader(BinaryReader reader, long bytesLeft)
    {
        _bytesLeft = bytesLeft;
        _checksum = new ChecksumStream(reader.BaseStream);
        _reader = new BinaryReader(_checksum, Encoding.UTF8, leaveOpen: true);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _checksum.Dispose();
    }

    public NetworkEnsemble Read()
    {
        try
        {
            return ReadAll();
        }
        catch (EndOfStreamException)
        {
            throw Corrupt("it is cut short.");
        }
    }

    private NetworkEnsemble ReadAll()
    {
        if (MaximumBytes is { } most && _bytesLeft > most)
            throw Corrupt(
                $"it has {_bytesLeft:N0} bytes, more than the {most:N0} that this application allows "
                + $"({MaximumBytesName}).");
        Require(HeaderWords + 1L, "its header needs");
        _version = ReadWord();
        if (_version is 0 or > NetworkEnsembleFormat.CurrentVersion)
            throw Corrupt($"it has layout version {_version}, and this Alice.ML reads versions up to "
                + $"{NetworkEnsembleFormat.CurrentVersion}. Update Alice.ML, or train again.");
        var count = _version < VersionWithMembers ? 1 : ReadWord();
        if (count is 0 or > NetworkEnsemble.MaximumMembers)
            throw Corrupt($"it claims {count} networks, and 1 to {NetworkEnsemble.MaximumMembers} are possible.");
        var parts = new List<MemberParts>();
        while (parts.Count < count)
            parts.Add(ReadMember());
        var features = _version < VersionWithPreparation ? [] : ReadFeatures();
        var range = _version < VersionWithPreparation ? null : ReadRanges();
        var background = _version < VersionWithBackground ? []
            : ReadBackground(features.Length > 0 ? features.Length : parts[0].InputCount);
        var computed = _checksum.Checksum;
        if (_checksum.ReadStored() is var stored && stored != computed)
            throw Corrupt($"its checksum is {computed:x8} and should be {stored:x8}: the file is damaged.");
        return Checked(() => new NetworkEnsemble(
            [.. parts.Select(part => part.Create())], features.Length == 0 ? null
            : new FeaturePreparation(features), range, background));
    }

    private VBuffer<float>[] ReadBackground(int features)
    {
        Require(2, "the number of its background rows and its checksum need");
        var count = ReadWord();
        Require(count + 1L, $"its {count} background rows and its checksum need");
        var rows = new VBuffer<float>[count];
        for (var r = 0; r < rows.Length; r++)
        {
            Require(2, "the length of a background row and its checksum need");
            var stored = ReadWord();
            if (stored > features)
                throw Corrupt($"a background row stores {stored} values of {features} features.");
            var isSparse = stored < features;
            Require(stored * (isSparse ? 2L : 1) + 1, $"a background row of {stored} values and its checksum need");
            var indices = isSparse ? ReadIndices((int)stored, features) : [];
            var values = ReadFloats((int)stored);
            rows[r] = isSparse ? new(features, values.Length, values, indices) : new(features, values);
        }
        return rows;
    }

    private int[] ReadIndices(int count, int features)
    {
        var indices = new int[count];
        for (var k = 0; k < count; k++)
        {
            var index = ReadWord();
            if (index >= features || k > 0 && index <= indices[k - 1])
                throw Corrupt($"a background row has feature {index} where an ascending one below {features} should "
                    + "be.");
            indices[k] = (int)index;
        }
        return indices;
    }

    private AliceFeature[] ReadFeatures()
    {
        Require(2, "the number of its features and its checksum need");
        var count = ReadWord();
        Require(count * (long)FeatureWords + 1, $"its {count} features and its checksum need");
        var features = new AliceFeature[count];
        for (var c = 0; c < features.Length; c++)
        {
            var numbers = ReadFloats(FeatureWords - 1);
            features[c] = new AliceFeature(
                numbers[0], numbers[1], numbers[2], numbers[3], ReadFlag("an indicator of missing values"));
        }
        return features;
    }

    private OutputRanges? ReadRanges()
    {
        Require(2, "its range and its checksum need");
        var count = _version >= VersionWithRanges ? ReadWord() : ReadFlag("a range") ? 1u : 0;
        if (count == 0)
            return null;
        Require(2 * (long)count + 1, "the bounds of its ranges and its checksum need");
        var ranges = new OutputRange[count];
        for (var r = 0; r < ranges.Length; r++)
        {
            var bounds = ReadFloats(2);
            ranges[r] = new OutputRange(bounds[0], bounds[1]);
            if (ranges[r].Misfit is { } why)
                throw Corrupt(why);
        }
        return new OutputRanges(ranges);
    }

    private bool ReadFlag(string what) => ReadWord() switch
    {
        0 => false,
        1 => true,
        var other => throw Corrupt($"it says {other} where 1 stands for {what} and 0 for none."),
    };

    private MemberParts ReadMember()
    {
        Require(HeaderWords + 1L, "the header of a network needs");
        var activation = (Activation)ReadWord();
        if (!Enum.IsDefined(activation))
            throw Corrupt($"it names activation {(uint)activation}, which does not exist.");
        var transform = _version < VersionWithOutputTransform ? OutputTransform.Identity : (OutputTransform)ReadWord();
        if (!Enum.IsDefined(transform))
            throw Corrupt($"it names output transform {(uint)transform}, which does not exist.");
        var count = ReadWord();
        if (count is < 2 or > DenseNetwork.MaximumLayers + 1)
            throw Corrupt($"it claims {count} layer sizes, and 2 to {DenseNetwork.MaximumLayers + 1} are possible.");
        Require(count + 1L, $"its {count} layer sizes and checksum need");
        var sizes = new int[count];
        for (var l = 0; l < sizes.Length; l++)
            sizes[l] = (int)ReadWord();
        var edges = _version < VersionWithMembers ? [] : ReadEdges();
        var weights = Checked(() => DenseNetwork.WeightCount(sizes));
        Require(weights + 1L, $"the weights of layers {DenseNetwork.Describe(sizes)} and its checksum need");
        return new MemberParts(activation, transform, sizes, edges, ReadFloats(weights));
    }

    private float[][] ReadEdges()
    {
        Require(2, "the number of its encoder's columns and its checksum need");
        var columns = ReadWord();
        Require(columns + 1L, $"its encoder's {columns} columns and its checksum need");
        var edges = new float[columns][];
        for (var c = 0; c < edges.Length; c++)
        {
            Require(2, "the number of a column's edges and its checksum need");
            var count = ReadWord();
            Require(count + 1L, $"a column's {count} edges and its checksum need");
            edges[c] = ReadFloats((int)count);
        }
        return edges;
    }

    private float[] ReadFloats(int count)
    {
        var values = new float[count];
        for (var start = 0; start < count; start += NetworkEnsembleFormat.FloatsAtOnce)
            _checksum.ReadExactly(MemoryMarshal.AsBytes(
                values.AsSpan(start, Math.Min(NetworkEnsembleFormat.FloatsAtOnce, count - start))));
        _bytesLeft -= (long)count * WordSize;
        if (!BitConverter.IsLittleEndian)
        {
            var words = MemoryMarshal.Cast<float, uint>(values.AsSpan());
            BinaryPrimitives.ReverseEndianness(words, words);
        }
        return values;
    }

    private static long? MaximumBytes => AppContext.GetData(MaximumBytesName) switch
    {
        null => null,
        var set => Convert.ToInt64(set, CultureInfo.InvariantCulture),
    };

    private uint ReadWord()
    {
        _bytesLeft -= WordSize;
        return _reader.ReadUInt32();
    }

    private void Require(long words, string what)
    {
        if (words * WordSize > _bytesLeft)
            throw Corrupt($"{what} {words * WordSize} bytes, and the stream has {_bytesLeft} left: "
                + "it is cut short or damaged.");
    }

    private static T Checked<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (ArgumentException e)
        {
            throw Corrupt(e.Message);
        }
    }

    // Without an inner exception: of what Model.Load throws, this is the base exception.
    private static FormatException Corrupt(string what) => new($"The network cannot be read: {what}");

    /// <summary>What a member is made of, before the checksum says that it is undamaged.</summary>
    private sealed record MemberParts(
        Activation Activation, OutputTransform Transform, int[] Sizes, float[][] Edges, float[] Weights)
    {
        public int InputCount => Edges.Length > 0 ? Edges.Length : Sizes[0];

        public EnsembleMember Create() => new(
            new DenseNetwork(Sizes, Activation, Weights, Transform, ownsWeights: true),
            Edges.Length == 0 ? null : new PiecewiseLinearEncoder(Edges));
    }
}
