using Alice.ML.Models;
using Alice.ML.Training;

namespace Alice.ML.Trainers;

/// <summary>The networks that are to be trained: what each is given and how large it is; and how they become a model.</summary>
internal sealed class Ensemble : IDisposable
{
    // Seeds of members must differ from each other and from those of other runs with neighbouring seeds.
    private const int SeedStride = 7919;

    private readonly AliceTrainerOptions _options;
    private readonly IReadOnlyList<int> _hiddenLayers;
    private readonly LearningTask _task;
    private readonly InputEncoding _plain;
    private readonly InputEncoding? _encoded;
    private readonly NetworkEnsemble? _initial;
    private readonly int _rows;
    private readonly int _seed;

    public Ensemble(AliceTrainerOptions options, LearningTask task, TrainingData data, Standardization columns,
        NetworkEnsemble? initial, TrainingSettings settings)
    {
        _options = options;
        _task = task;
        _initial = initial;
        _rows = data.Rows;
        _seed = settings.Seed;
        _hiddenLayers = options.HiddenLayers ?? initial?.Members[0].Network.HiddenLayers ?? TrainingBudget.HiddenLayers(data.Columns);
        _plain = InputEncoding.Plain(columns);
        var known = initial?.Members.Select(member => member.Encoder).FirstOrDefault(encoder => encoder is not null);
        // Without hidden layers people want a linear model, unless they ask for an encoding.
        var encodes = initial is not null ? known is not null : options.NumericEncoding switch
        {
            NumericEncoding.None => false,
            NumericEncoding.PiecewiseLinear => true,
            NumericEncoding.Automatic => _hiddenLayers.Count > 0 && TrainingBudget.SuitsBins(data.Rows, data.Columns, task.IsClassification),
            _ => _hiddenLayers.Count > 0,
        };
        if (encodes && data.Features is DenseFeatures table)
        {
            var bins = options.NumberOfBins ?? TrainingBudget.Bins(data.Rows, data.Columns);
            _encoded = InputEncoding.PiecewiseLinear(data, table, columns, bins, known, settings.Device);
        }
        Kinds = [.. Enumerable.Range(0, options.NumberOfNetworks).Select(KindsOf)];
        Plans = [.. Kinds.Select((kinds, index) => new NetworkPlan(kinds.Count > 1 ? index % 2 == 1 : kinds[0], settings.WeightDecays[0]))];
    }

    /// <summary>Per network whether it can be given its numbers as they are (false), encoded (true), or trials are to choose.</summary>
    public IReadOnlyList<IReadOnlyList<bool>> Kinds { get; }

    /// <summary>Per network what it is to be; without trials every second one is encoded where the options leave it open.</summary>
    public IReadOnlyList<NetworkPlan> Plans { get; set; }

    /// <summary>Per output what the model adds to what the networks have learned; null: nothing.</summary>
    public float[]? Shifts { get; set; }

    /// <summary>Weights and biases of all networks.</summary>
    public long Parameters => Plans.Sum(plan => (long)Shape(Inputs(plan)).Parameters);

    /// <summary>The networks at their start. They belong to the caller.</summary>
    public IReadOnlyList<Member> CreateMembers(TrainingSettings settings) => [.. Plans.Select((plan, index) => Create(index, plan, settings))];

    /// <summary>A network at its start. It belongs to the caller.</summary>
    /// <param name="index">Decides its seed.</param>
    /// <param name="plan">What it is to be.</param>
    /// <param name="settings">Settings of its run.</param>
    public Member Create(int index, NetworkPlan plan, TrainingSettings settings)
    {
        var inputs = Inputs(plan);
        var shape = Shape(inputs);
        var weights = _initial?.Members[index].Network.Weights.ToArray();
        if (weights is not null)
            Folding.Unfold(shape, inputs.Standardization, _task.Scores, weights);
        var schedule = _options.LearningRateSchedule ?? TrainingBudget.Schedule(_rows, plan.IsEncoded, _task.IsClassification);
        return new Member(
            shape, _task.Objective, inputs, settings, schedule, plan.WeightDecay, unchecked(_seed + SeedStride * index), weights);
    }

    /// <summary>The model of these members, for features and scores as they come.</summary>
    public NetworkEnsemble Fold(IReadOnlyList<Member> members) => new([.. members.Select(member =>
    {
        var weights = member.Weights();
        var biases = weights.AsSpan(weights.Length - _task.Outputs);
        for (var output = 0; output < Shifts?.Length; output++)
            biases[output] += Shifts[output];
        return Folding.CreateMember(member.Shape, member.Inputs.Standardization, _task, weights, member.Inputs.Encoder);
    })]);

    public void Dispose()
    {
        _plain.Dispose();
        _encoded?.Dispose();
    }

    private IReadOnlyList<bool> KindsOf(int index)
    {
        if (_encoded is null)
            return [false];
        if (_initial is not null)
            return [_initial.Members[index].Encoder is not null];
        return _options.NumericEncoding switch
        {
            NumericEncoding.Automatic => [false, true],
            NumericEncoding.Mixed => [index % 2 == 1],
            var encoding => [encoding == NumericEncoding.PiecewiseLinear],
        };
    }

    private InputEncoding Inputs(NetworkPlan plan) => plan.IsEncoded ? _encoded! : _plain;

    private NetworkShape Shape(InputEncoding input) =>
        new([input.Features, .. _hiddenLayers, _task.Outputs], _options.Activation, _options.Dropout);
}
