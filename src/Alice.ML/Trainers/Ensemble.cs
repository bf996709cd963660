using Alice.ML.Models;
using Alice.ML.Training;
using static TorchSharp.torch;

namespace Alice.ML.Trainers;

/// <summary>The networks that are to be trained: what each is given and how large it is; and how they become a model.</summary>
internal sealed class Ensemble : IDisposable
{
    // Seeds of members must differ from each other and from those of other runs with neighbouring seeds.
    private const int SeedStride = 7919;

    private readonly AliceTrainerOptions _options;
    private readonly LearningTask _task;
    private readonly InputEncoding[] _inputs;
    private readonly NetworkEnsemble? _initial;
    private readonly int _seed;

    public Ensemble(AliceTrainerOptions options, LearningTask task, TrainingData data, Standardization columns,
        NetworkEnsemble? initial, Device device, int seed)
    {
        _options = options;
        _task = task;
        _initial = initial;
        _seed = seed;
        var plain = InputEncoding.Plain(columns);
        InputEncoding? encoded = null;
        _inputs = [.. Enumerable.Range(0, options.NumberOfNetworks).Select(index =>
        {
            if (initial is not null ? initial.Members[index].Encoder is null : !IsEncoded(options.NumericEncoding, index))
                return plain;
            return encoded ??= data.Features is DenseFeatures table
                ? InputEncoding.PiecewiseLinear(data, table, columns, options.NumberOfBins, initial?.Members[index].Encoder, device)
                : plain;
        })];
    }

    /// <summary>Weights and biases of all networks.</summary>
    public long Parameters => _inputs.Sum(input => (long)Shape(input).Parameters);

    /// <summary>Networks at their start, <paramref name="most"/> at most. They belong to the caller.</summary>
    public IReadOnlyList<Member> CreateMembers(TrainingSettings settings, int most = int.MaxValue)
    {
        var members = new List<Member>();
        for (var index = 0; index < Math.Min(_inputs.Length, most); index++)
        {
            var shape = Shape(_inputs[index]);
            var weights = _initial?.Members[index].Network.Weights.ToArray();
            if (weights is not null)
                Folding.Unfold(shape, _inputs[index].Standardization, _task.Scores, weights);
            members.Add(new Member(shape, _task.Objective, _inputs[index], settings, unchecked(_seed + SeedStride * index), weights));
        }
        return members;
    }

    /// <summary>The model of these members, for features and scores as they come.</summary>
    public NetworkEnsemble Fold(IReadOnlyList<Member> members) => new([.. members.Select(member =>
    {
        var weights = member.Weights();
        Folding.Fold(member.Shape, member.Inputs.Standardization, _task.Scores, weights);
        var network = new DenseNetwork(member.Shape.LayerSizes, member.Shape.Activation, weights, _task.OutputTransform);
        return new EnsembleMember(network, member.Inputs.Encoder);
    })]);

    public void Dispose()
    {
        foreach (var input in _inputs.Distinct())
            input.Dispose();
    }

    private NetworkShape Shape(InputEncoding input) =>
        new([input.Features, .. _options.HiddenLayers, _task.Outputs], _options.Activation, _options.Dropout);

    private static bool IsEncoded(NumericEncoding encoding, int index) =>
        encoding == NumericEncoding.PiecewiseLinear || (encoding == NumericEncoding.Mixed && index % 2 == 1);
}
