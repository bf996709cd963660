using Alice.ML.Models;
using Alice.ML.Training;

namespace Alice.ML.Trainers;

/// <summary>The networks that are to be trained: what each is given and how large it is; and how they become a model.</summary>
internal sealed class Ensemble
{
    // Seeds of members must differ from each other and from those of other runs with neighbouring seeds.
    private const int SeedStride = 7919;

    private readonly AliceTrainerOptions _options;
    private readonly IReadOnlyList<int> _hiddenLayers;
    private readonly LearningTask _task;
    private readonly FeaturePreparation _preparation;
    private readonly Dictionary<NumericEncoding, InputEncoding> _inputs = [];
    private readonly NetworkEnsemble? _initial;

    // Of the initial networks, those with equal edges the same one.
    private readonly InputEncoding[]? _initialInputs;
    private readonly int _rows;
    private readonly int _seed;

    public Ensemble(AliceTrainerOptions options, LearningTask task, TrainingData data, (FeaturePreparation Preparation, Standardization Common) inputs,
        NetworkEnsemble? initial, TrainingSettings settings)
    {
        _options = options;
        _task = task;
        _preparation = inputs.Preparation;
        _initial = initial;
        _rows = data.Rows;
        _seed = settings.Seed;
        _hiddenLayers = options.HiddenLayers ?? initial?.Members[0].Network.HiddenLayers
            ?? (WideTables.IsText(options, task, data) ? [] : TrainingBudget.HiddenLayers(data.Columns));
        _inputs[NumericEncoding.None] = InputEncoding.Plain(inputs.Common);
        var table = data.Features as DenseFeatures;
        if (initial is not null)
            _initialInputs = InitialInputs(initial, data, table);
        else if (table is not null)
            AddEncodings(data, table);
        Kinds = [.. Enumerable.Range(0, options.NumberOfNetworks).Select(KindsOf)];
        Plans = [.. Kinds.Select((kinds, index) => new NetworkPlan(kinds[index % kinds.Count], settings.WeightDecays[0]))];
    }

    /// <summary>Per network how it can be given its numbers: trials choose among several.</summary>
    public IReadOnlyList<IReadOnlyList<NumericEncoding>> Kinds { get; }

    /// <summary>Per network what it is to be; without trials every second one has bins where the options leave it open.</summary>
    public IReadOnlyList<NetworkPlan> Plans { get; set; }

    /// <summary>Per output what the model adds to what the networks have learned; null: nothing.</summary>
    public float[]? Shifts { get; set; }

    /// <summary>Whether the networks train by vector kernels.</summary>
    public bool SuitsKernels(TrainingData data, TrainingSettings settings) => KernelLimits.Suit(
        settings.Device, data.Features is SparseFeatures, [data.Columns, .. _hiddenLayers, _task.Outputs], settings.BatchSize);

    /// <summary>Weights and biases of all networks.</summary>
    public long Parameters => Plans.Select((plan, index) => (long)Shape(Inputs(index, plan)).Parameters).Sum();

    /// <summary>The networks at their start. They belong to the caller.</summary>
    public IReadOnlyList<Member> CreateMembers(TrainingSettings settings) => [.. Plans.Select((plan, index) => Create(index, plan, settings))];

    /// <summary>A network at its start. It belongs to the caller.</summary>
    /// <param name="index">Decides its seed.</param>
    /// <param name="plan">What it is to be.</param>
    /// <param name="settings">Settings of its run.</param>
    public Member Create(int index, NetworkPlan plan, TrainingSettings settings)
    {
        var inputs = Inputs(index, plan);
        var shape = Shape(inputs);
        var weights = _initial?.Members[index].Network.Weights.ToArray();
        if (weights is not null)
            Folding.Unfold(shape, inputs.Standardization, _task.Scores, weights);
        var schedule = _options.LearningRateSchedule ?? TrainingBudget.Schedule(_rows, plan.Encoding == NumericEncoding.PiecewiseLinear, _task.IsClassification);
        return new Member(
            shape, _task.Objective, inputs, settings, schedule, plan.WeightDecay, unchecked(_seed + SeedStride * index), weights);
    }

    /// <summary>The model of these members, for features as they come and scores in the label's units.</summary>
    public NetworkEnsemble Fold(IReadOnlyList<Member> members) => new(
        [.. members.Select(Fold)], _preparation, _task.Range?.With(_initial?.Range));

    private EnsembleMember Fold(Member member)
    {
        var weights = member.Weights();
        var biases = weights.AsSpan(weights.Length - _task.Outputs);
        for (var output = 0; output < Shifts?.Length; output++)
            biases[output] += Shifts[output];
        var (shape, unrolled) = member.Inputs.Unroll(member.Shape, weights);
        return Folding.CreateMember(shape, member.Inputs.Standardization, _task, unrolled, member.Inputs.Encoder);
    }

    private InputEncoding[] InitialInputs(NetworkEnsemble initial, TrainingData data, DenseFeatures? table)
    {
        var known = new List<InputEncoding>();
        if (table is null && initial.Members.Any(member => member.Encoder is not null))
            throw new ArgumentException(
                "The model to go on from has encoded numbers, and the features are 1,024 columns or more that are mostly zeros. Give dense features.");
        return [.. initial.Members.Select(member =>
        {
            if (member.Encoder is not { } encoder)
                return _inputs[NumericEncoding.None];
            var inputs = known.Find(inputs => encoder.HasEdgesOf(inputs.Encoder!));
            if (inputs is null)
                known.Add(inputs = InputEncoding.PiecewiseLinear(data, table!, encoder));
            return inputs;
        })];
    }

    /// <summary>What the options ask for and the table allows; without hidden layers people want a linear model, unless they ask for an encoding.</summary>
    private void AddEncodings(TrainingData data, DenseFeatures table)
    {
        var isAutomatic = _options.NumericEncoding == NumericEncoding.Automatic && _hiddenLayers.Count > 0
            && TrainingBudget.SuitsBins(data.Rows, data.Columns, _task.IsClassification);
        // Tails of few rows say little.
        var givesScores = isAutomatic && TrainingBudget.HasManySteps(data.Rows, _task.IsClassification);
        if ((givesScores || _options.NumericEncoding == NumericEncoding.NormalScores)
            && InputEncoding.NormalScores(data, table, _preparation) is { } scores)
            _inputs[NumericEncoding.NormalScores] = scores;
        if (isAutomatic || _options.NumericEncoding == NumericEncoding.PiecewiseLinear
            || _options.NumericEncoding == NumericEncoding.Mixed && _hiddenLayers.Count > 0)
            _inputs[NumericEncoding.PiecewiseLinear] = InputEncoding.PiecewiseLinear(
                data, table, _preparation, _options.NumberOfBins ?? TrainingBudget.Bins(data.Rows, data.Columns));
    }

    private IReadOnlyList<NumericEncoding> KindsOf(int index)
    {
        if (_initial is not null)
            return [_initial.Members[index].Encoder is null ? NumericEncoding.None : NumericEncoding.PiecewiseLinear];
        var numbers = _inputs.ContainsKey(NumericEncoding.NormalScores) ? NumericEncoding.NormalScores : NumericEncoding.None;
        if (!_inputs.ContainsKey(NumericEncoding.PiecewiseLinear))
            return [numbers];
        return _options.NumericEncoding switch
        {
            NumericEncoding.Automatic => [numbers, NumericEncoding.PiecewiseLinear],
            NumericEncoding.Mixed when index % 2 == 0 => [NumericEncoding.None],
            _ => [NumericEncoding.PiecewiseLinear],
        };
    }

    private InputEncoding Inputs(int index, NetworkPlan plan) => _initialInputs?[index] ?? _inputs[plan.Encoding];

    private NetworkShape Shape(InputEncoding input) =>
        new([input.Features, .. _hiddenLayers, _task.Outputs], _options.Activation, _options.Dropout);
}
