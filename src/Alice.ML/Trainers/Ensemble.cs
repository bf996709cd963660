using Alice.ML.Models;
using Alice.ML.Training;
using static TorchSharp.torch;

namespace Alice.ML.Trainers;

/// <summary>The networks that are to be trained: what each is given and how large it is; and how they become a model.</summary>
internal sealed class Ensemble : IDisposable
{
    // Seeds of members must differ from each other and from those of other runs with neighbouring seeds.
    private const int SeedStride = 7919;

    // Fewer rows give bins too few to learn from.
    private const int LeastEncodedRows = 400;

    private readonly AliceTrainerOptions _options;
    private readonly IReadOnlyList<int> _hiddenLayers;
    private readonly LearningTask _task;
    private readonly InputEncoding _plain;
    private readonly InputEncoding? _encoded;
    private readonly NetworkEnsemble? _initial;
    private readonly int _seed;

    public Ensemble(AliceTrainerOptions options, LearningTask task, TrainingData data, Standardization columns,
        NetworkEnsemble? initial, Device device, int seed)
    {
        _options = options;
        _task = task;
        _initial = initial;
        _seed = seed;
        _hiddenLayers = options.HiddenLayers ?? initial?.Members[0].Network.HiddenLayers ?? TrainingBudget.HiddenLayers(data.Columns);
        _plain = InputEncoding.Plain(columns);
        var known = initial?.Members.Select(member => member.Encoder).FirstOrDefault(encoder => encoder is not null);
        // Without hidden layers people want a linear model, unless they ask for an encoding.
        var encodes = initial is not null ? known is not null : options.NumericEncoding switch
        {
            NumericEncoding.None => false,
            NumericEncoding.PiecewiseLinear => true,
            NumericEncoding.Automatic => _hiddenLayers.Count > 0 && data.Rows >= LeastEncodedRows,
            _ => _hiddenLayers.Count > 0,
        };
        if (encodes && data.Features is DenseFeatures table)
            _encoded = InputEncoding.PiecewiseLinear(data, table, columns, options.NumberOfBins, known, device);
        if (_encoded is null)
            Encodings = [NumericEncoding.None];
        else if (options.NumericEncoding != NumericEncoding.Automatic || initial is not null)
            Encodings = [options.NumericEncoding];
        else if (options.NumberOfNetworks > 1)
            Encodings = [NumericEncoding.Mixed, NumericEncoding.None, NumericEncoding.PiecewiseLinear];
        else
            Encodings = [NumericEncoding.None, NumericEncoding.PiecewiseLinear];
        Encoding = Encodings[0];
    }

    /// <summary>What the encoding can be: one, or where trials are to choose, several, from the one without trials on.</summary>
    public IReadOnlyList<NumericEncoding> Encodings { get; }

    /// <summary>How the members are given numbers; one of <see cref="Encodings"/>.</summary>
    public NumericEncoding Encoding { get; set; }

    /// <summary>Weights and biases of all networks.</summary>
    public long Parameters => Enumerable.Range(0, _options.NumberOfNetworks).Sum(index => (long)Shape(Inputs(index)).Parameters);

    /// <summary>The networks at their start. They belong to the caller.</summary>
    public IReadOnlyList<Member> CreateMembers(TrainingSettings settings) =>
        [.. Enumerable.Range(0, _options.NumberOfNetworks).Select(index => Create(index, Inputs(index), settings))];

    /// <summary>Two networks at their start, for a trial. They belong to the caller.</summary>
    /// <param name="settings">Settings of the trial.</param>
    /// <param name="first">Null: two as the encoding has them; else one of this kind, None or PiecewiseLinear, and one of the other.</param>
    public IReadOnlyList<Member> CreatePair(TrainingSettings settings, NumericEncoding? first) => first is null
        ? [Create(0, Inputs(0), settings), Create(1, Inputs(1), settings)]
        : first == NumericEncoding.None
            ? [Create(0, _plain, settings), Create(1, _encoded!, settings)]
            : [Create(0, _encoded!, settings), Create(1, _plain, settings)];

    /// <summary>The model of these members, for features and scores as they come.</summary>
    public NetworkEnsemble Fold(IReadOnlyList<Member> members) => new([.. members.Select(member => Folding.CreateMember(
        member.Shape, member.Inputs.Standardization, _task, member.Weights(), member.Inputs.Encoder))]);

    public void Dispose()
    {
        _plain.Dispose();
        _encoded?.Dispose();
    }

    private Member Create(int index, InputEncoding inputs, TrainingSettings settings)
    {
        var shape = Shape(inputs);
        var weights = _initial?.Members[index].Network.Weights.ToArray();
        if (weights is not null)
            Folding.Unfold(shape, inputs.Standardization, _task.Scores, weights);
        return new Member(shape, _task.Objective, inputs, settings, unchecked(_seed + SeedStride * index), weights);
    }

    private InputEncoding Inputs(int index)
    {
        var isEncoded = _initial is not null
            ? _initial.Members[index].Encoder is not null
            : Encoding == NumericEncoding.PiecewiseLinear || (Encoding == NumericEncoding.Mixed && index % 2 == 1);
        return isEncoded ? _encoded! : _plain;
    }

    private NetworkShape Shape(InputEncoding input) =>
        new([input.Features, .. _hiddenLayers, _task.Outputs], _options.Activation, _options.Dropout);
}
