using System.Globalization;
using System.Numerics;
using Alice.ML.Models.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>What a regression model gives beside its score.</summary>
internal sealed class RegressionColumns
{
    public const string StandardDeviation = "ScoreStandardDeviation";
    public const string Quantiles = "Quantiles";

    public const int MaximumQuantiles = 1000;

    private readonly float[] _levels;

    /// <param name="addsStandardDeviation">Whether there is a column for the networks' standard deviation.</param>
    /// <param name="levels">The quantiles' levels, between 0 and 1 and ascending; null or none for no column.</param>
    /// <exception cref="ArgumentException">Levels that are not.</exception>
    public RegressionColumns(bool addsStandardDeviation, IReadOnlyList<float>? levels)
    {
        AddsStandardDeviation = addsStandardDeviation;
        _levels = [.. levels ?? []];
        Levels = Array.AsReadOnly(_levels);
        if (_levels.Length > MaximumQuantiles)
            throw new ArgumentException(
                $"There are {_levels.Length} quantiles, and at most {MaximumQuantiles} are possible.", nameof(levels));
        for (var q = 0; q < _levels.Length; q++)
            if (!(_levels[q] > (q > 0 ? _levels[q - 1] : 0) && _levels[q] < 1))
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"Quantile {q} is {_levels[q]}; quantiles are between 0 and 1 and ascending."),
                    nameof(levels));
    }

    public bool AddsStandardDeviation { get; }

    public IReadOnlyList<float> Levels { get; }

    /// <summary>Why an ensemble cannot give these columns, or null.</summary>
    public string? Misfit(NetworkEnsemble ensemble)
    {
        if (ensemble.OutputCount != 1 + _levels.Length)
            return _levels.Length == 0
                ? $"The network has {ensemble.OutputCount} outputs; a regression network has one."
                : $"The network has {ensemble.OutputCount} outputs; with {_levels.Length} quantiles it has "
                    + $"{1 + _levels.Length}.";
        return AddsStandardDeviation && ensemble.Members.Count == 1
            ? "One network has no standard deviation; it takes two."
            : null;
    }

    /// <summary>Names for the columns, null for those that there are not.</summary>
    public OnnxRegression.Outputs Choose(string score, string? standardDeviation, string quantiles) => new(
        score, AddsStandardDeviation ? standardDeviation : null, _levels.Length > 0 ? quantiles : null);

    /// <summary>The score, then the columns that were asked for.</summary>
    public DataViewSchema CreateSchema()
    {
        var schema = new DataViewSchema.Builder();
        Add(DefaultColumnNames.Score, NumberDataViewType.Single, Kinds(AnnotationUtils.Const.ScoreValueKind.Score));
        if (AddsStandardDeviation)
            Add(StandardDeviation, NumberDataViewType.Single, Kinds(StandardDeviation));
        if (_levels.Length > 0)
        {
            var annotations = Kinds(Quantiles);
            annotations.AddSlotNames(_levels.Length, GetSlotNames);
            Add(Quantiles, new VectorDataViewType(NumberDataViewType.Single, _levels.Length), annotations);
        }
        return schema.ToSchema();

        void Add(string name, DataViewType type, DataViewSchema.Annotations.Builder annotations) =>
            schema.AddColumn(name, type, annotations.ToAnnotations());
    }

    /// <summary>
    /// What a trainer promises: <see cref="CreateSchema"/>, and the number of the scoring that ML.NET's scorer adds.
    /// </summary>
    public IEnumerable<SchemaShape.Column> CreateShape()
    {
        var annotations = AnnotationUtils.GetTrainerOutputAnnotation();
        yield return Column(DefaultColumnNames.Score, SchemaShape.Column.VectorKind.Scalar, annotations);
        if (AddsStandardDeviation)
            yield return Column(StandardDeviation, SchemaShape.Column.VectorKind.Scalar, annotations);
        if (_levels.Length > 0)
            yield return Column(Quantiles, SchemaShape.Column.VectorKind.Vector, annotations.Append(new(
                AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance,
                isKey: false)));

        static SchemaShape.Column Column(
            string name, SchemaShape.Column.VectorKind kind, IEnumerable<SchemaShape.Column> annotations) =>
            new(name, kind, NumberDataViewType.Single, isKey: false, new SchemaShape(annotations));
    }

    /// <summary>
    /// Writes little-endian 32-bit words: 1 with a standard deviation, else 0; the number of quantiles; their levels as
    /// floats; the CRC-32C of all words before it.
    /// </summary>
    public void Save(BinaryWriter writer)
    {
        var checksum = uint.MaxValue;
        Write(AddsStandardDeviation ? 1u : 0);
        Write((uint)_levels.Length);
        foreach (var level in _levels)
            Write(BitConverter.SingleToUInt32Bits(level));
        writer.Write(~checksum);

        void Write(uint word)
        {
            writer.Write(word);
            checksum = BitOperations.Crc32C(checksum, word);
        }
    }

    /// <exception cref="FormatException">What <see cref="Save"/> would not write.</exception>
    public static RegressionColumns Load(BinaryReader reader)
    {
        var checksum = uint.MaxValue;
        try
        {
            var addsStandardDeviation = Read() != 0;
            var count = Read();
            if (count > MaximumQuantiles)
                throw Corrupt($"it claims {count} quantiles, and at most {MaximumQuantiles} are possible.");
            var levels = new float[count];
            for (var q = 0; q < levels.Length; q++)
                levels[q] = BitConverter.UInt32BitsToSingle(Read());
            if (reader.ReadUInt32() is var stored && stored != ~checksum)
                throw Corrupt($"the checksum of its columns is {~checksum:x8} and should be {stored:x8}: "
                    + "the file is damaged.");
            return new RegressionColumns(addsStandardDeviation, levels);
        }
        catch (Exception e) when (e is ArgumentException or EndOfStreamException)
        {
            throw Corrupt(e.Message);
        }

        uint Read()
        {
            var word = reader.ReadUInt32();
            checksum = BitOperations.Crc32C(checksum, word);
            return word;
        }

        static FormatException Corrupt(string what) => new($"The model cannot be read: {what}");
    }

    private static DataViewSchema.Annotations.Builder Kinds(string valueKind)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        AddText(AnnotationUtils.Kinds.ScoreColumnKind, AnnotationUtils.Const.ScoreColumnKind.Regression);
        AddText(AnnotationUtils.Kinds.ScoreValueKind, valueKind);
        return annotations;

        void AddText(string kind, string text) => annotations.Add(
            kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());
    }

    private void GetSlotNames(ref VBuffer<ReadOnlyMemory<char>> names)
    {
        var editor = VBufferEditor.Create(ref names, _levels.Length);
        for (var q = 0; q < _levels.Length; q++)
            editor.Values[q] = _levels[q].ToString(CultureInfo.InvariantCulture).AsMemory();
        names = editor.Commit();
    }
}
