using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Members;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Plan;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Fit;

/// <summary>The plan of the ensemble: the inputs and sizes that its networks may have, how the networks are created,
/// and how they become a model.</summary>
internal sealed class EnsemblePlan
{
    // Seeds of members must differ from each other and from those of other runs with neighboring seeds.
    private const int SeedStride = 7919;

    /// <summary>Offset of the seeds of the ensemble. Networks of the race use the seeds below it.</summary>
    public const int SeedsOfRace = 100;

    private readonly AliceTrainerOptions _options;
    private readonly IReadOnlyList<int> _hiddenLayers;
    private readonly LearningTask _task;
    private readonly FeaturePreparation _preparation;
    private readonly Dictionary<NumericEncoding, InputEncoding> _inputs = [];
    private readonly NetworkEnsemble? _initial;

    // Initial networks with equal edges share one encoding.
    private readonly InputEncoding[]? _initialInputs;
    private readonly List<NetworkShape> _shapes = [];
    private readonly TrainingData _data;

    // The plans without a race: every second network has bins if the options leave it open.
    private readonly NetworkPlan[] _plans;

    // Columns of three values or more, where there is a choice of encodings.
    private readonly int[] _numbers;
    private readonly int _seed;

    /// <param name="options">The trainer's options.</param>
    /// <param name="rows">The rows and the learning task.</param>
    /// <param name="settings">Settings of the run.</param>
    public EnsemblePlan(AliceTrainerOptions options, ScaledRows rows, TrainingSettings settings)
    {
        var (data, initial) = (rows.Training, rows.Initial);
        (_options, _task, _preparation, _initial) = (options, rows.Task, rows.Preparation, initial);
        (_data, _seed) = (data, settings.Seed);
        var sample = data.Sample();
        var table = sample.Features as DenseFeatures;
        _numbers = table is null || initial is not null ? [] : InputEncoding.Numbers(sample, table);
        _hiddenLayers = options.HiddenLayers ?? initial?.Members[0].Network.HiddenLayers
            ?? (rows.IsText ? []
                : AutoRules.HiddenLayers(
                    table is null ? data.Columns : _numbers.Length, data.LabelCount, _task.Classes));
        _inputs[NumericEncoding.None] = InputEncoding.Plain(rows.Common);
        if (initial is not null)
            _initialInputs = InitialInputs(initial, sample, table);
        else if (table is not null)
            AddEncodings(sample, table);
        Kinds = [.. Enumerable.Range(0, options.NumberOfNetworks).Select(KindsOf)];
        _plans = [.. Kinds.Select((kinds, index) => new NetworkPlan(
            kinds[index % kinds.Count], initial?.Members[index].Network.HiddenLayers
            ?? _hiddenLayers, Dropouts[^1], settings.WeightDecays[0]))];
        Candidates = FindCandidates(settings.WeightDecays);
    }

    /// <summary>For each network, the encodings that it may have. The race chooses among them.</summary>
    public IReadOnlyList<IReadOnlyList<NumericEncoding>> Kinds { get; }

    /// <summary>The plans that the options leave open.</summary>
    public IReadOnlyList<NetworkPlan> Candidates { get; }

    /// <summary>Whether the networks train by vector kernels.</summary>
    public bool SuitsKernels(TrainingSettings settings) => _data.Peers is not null || AutoRules.SuitsKernels(
        settings.Device.type == TorchSharp.DeviceType.CPU, _data.Features is SparseFeatures,
        [_data.Columns, .. _hiddenLayers, _task.Outputs],
        settings.BatchSize);

    /// <summary>Weights and biases of all networks.</summary>
    public long Parameters => _plans.Select((plan, index) => (long)Shape(Inputs(index, plan), plan).Parameters).Sum();

    /// <summary>Creates the networks for the usual number of passes. They belong to the caller.</summary>
    public IReadOnlyList<NetworkInTraining> CreateMembers(TrainingSettings settings) =>
        [.. _plans.Select((plan, index) =>
    {
        var weights = _initial?.Members[index].Network.Weights.ToArray();
        if (weights is not null)
        {
            var inputs = Inputs(index, plan);
            WeightUnits.ToTraining(Shape(inputs, plan), inputs.Standardization, _task.Scores, weights);
        }
        return Create(index, plan, settings, new Course(Schedule(plan), settings.NumberOfEpochs), weights);
    })];

    /// <summary>Creates the networks of the chosen candidates, which continue from the best states of these. They
    /// belong to the caller.</summary>
    /// <param name="chosen">A candidate for each network.</param>
    /// <param name="settings">Settings of the fit.</param>
    /// <param name="passes">Passes over all rows for a candidate's network.</param>
    public IReadOnlyList<NetworkInTraining> CreateMembers(
        IReadOnlyList<Candidate> chosen, TrainingSettings settings, Func<Candidate, double> passes)
    {
        var used = new Dictionary<Candidate, int>();
        return [.. chosen.Select((candidate, index) =>
        {
            var taken = used.GetValueOrDefault(candidate);
            used[candidate] = taken + 1;
            // Folds take turns, so that the ensemble has networks of as many as there are.
            var folds = candidate.Networks.Count / AutoRules.NetworksPerFold;
            var network = taken % folds * AutoRules.NetworksPerFold + taken / folds;
            var isNew = network >= candidate.Networks.Count;
            var course = new Course(Schedule(candidate.Plan), passes(candidate), isNew ? passes(candidate) : 0, isNew
                ? 0 : AutoRules.WarmUp);
            return Create(SeedsOfRace + index, candidate.Plan, settings, course, isNew ? null
                : candidate.Weights(network));
        })];
    }

    /// <summary>Creates a network. It belongs to the caller.</summary>
    /// <param name="index">Index that decides the seed.</param>
    /// <param name="plan">The plan of the network.</param>
    /// <param name="settings">Settings of its run.</param>
    /// <param name="course">How its learning rate changes.</param>
    /// <param name="weights">Weights to start from; null: random ones.</param>
    public NetworkInTraining Create(
        int index, NetworkPlan plan, TrainingSettings settings, Course course, float[]? weights = null)
    {
        var inputs = Inputs(index, plan);
        var own = plan.L1 > 0
            ? settings with { Optimizer = settings.Optimizer with { L1Regularization = plan.L1 } }
            : settings;
        return new NetworkInTraining(
            new NetworkDesign(plan, Shape(inputs, plan), _task.Objective, inputs), own, course,
            unchecked(_seed + SeedStride * index), weights);
    }

    /// <summary>Creates the model from the members, for unprepared features and scores in the label's units.</summary>
    public NetworkEnsemble CreateModel(IReadOnlyList<NetworkInTraining> members, OutputCalibration calibration) => new(
        [.. members.Select(member => CreateMember(member, calibration))], _preparation,
        _task.Range?.With(_initial?.Range));

    private EnsembleMember CreateMember(NetworkInTraining member, OutputCalibration calibration)
    {
        var weights = member.Weights();
        calibration.Apply(member.Shape, weights);
        var (shape, unrolled) = member.Inputs.Unroll(member.Shape, weights);
        return WeightUnits.CreateMember(shape, member.Inputs.Standardization, _task, unrolled, member.Inputs.Encoder);
    }

    private InputEncoding[] InitialInputs(NetworkEnsemble initial, TrainingData data, DenseFeatures? table)
    {
        var known = new List<InputEncoding>();
        if (table is null && initial.Members.Any(member => member.Encoder is not null))
            throw new ArgumentException(
                "The model to continue from has encoded numbers, and the features are 1,024 columns or more that are "
                + "mostly zeros. Give dense features.");
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

    /// <summary>The encodings that the options ask for and the table allows. Without hidden layers the model should be
    /// linear, so there is no encoding unless the options set one.</summary>
    private void AddEncodings(TrainingData sample, DenseFeatures table)
    {
        var isAutomatic = _options.NumericEncoding == NumericEncoding.Automatic && _hiddenLayers.Count > 0
            && AutoRules.SuitsBins(_data.TotalRows, _data.Columns, _numbers.Length, _task.IsClassification);
        // With few rows, tails cannot be measured.
        var givesScores = isAutomatic && AutoRules.HasManySteps(_data.TotalRows, _task.IsClassification);
        if ((givesScores || _options.NumericEncoding == NumericEncoding.NormalScores)
            && InputEncoding.NormalScores(sample, table, _preparation) is { } scores)
            _inputs[NumericEncoding.NormalScores] = scores;
        if (isAutomatic || _options.NumericEncoding == NumericEncoding.PiecewiseLinear
            || _options.NumericEncoding == NumericEncoding.Mixed && _hiddenLayers.Count > 0)
            _inputs[NumericEncoding.PiecewiseLinear] = InputEncoding.PiecewiseLinear(
                sample, table, _preparation, _numbers, _options.NumberOfBins
                ?? AutoRules.Bins(_data.TotalRows, Math.Max(1, _numbers.Length)));
    }

    private IReadOnlyList<NumericEncoding> KindsOf(int index)
    {
        if (_initial is not null)
            return [_initial.Members[index].Encoder is null ? NumericEncoding.None : NumericEncoding.PiecewiseLinear];
        var numbers = _inputs.ContainsKey(NumericEncoding.NormalScores) ? NumericEncoding.NormalScores
            : NumericEncoding.None;
        if (!_inputs.ContainsKey(NumericEncoding.PiecewiseLinear))
            return [numbers];
        return _options.NumericEncoding switch
        {
            NumericEncoding.Automatic => [numbers, NumericEncoding.PiecewiseLinear],
            NumericEncoding.Mixed when index % 2 == 0 => [NumericEncoding.None],
            _ => [NumericEncoding.PiecewiseLinear],
        };
    }

    private IReadOnlyList<double> Dropouts =>
        _options.Dropout is { } dropout ? [dropout] : AutoRules.Dropouts(_task.IsClassification);

    private NetworkPlan[] FindCandidates(IReadOnlyList<double> decays)
    {
        var encodings = Kinds.SelectMany(kinds => kinds).Distinct().ToArray();
        // If the options set layers or an encoding, a linear network is not wanted.
        var hasLinear = _options.HiddenLayers is null && _options.NumericEncoding == NumericEncoding.Automatic
            && _options.WeightDecay is null && _hiddenLayers.Count > 0;
        var linear = hasLinear ? AutoRules.LinearDecays(_data.TotalRows, _data.Columns) : [];
        var sparse = hasLinear && _options.Optimizer.L1Regularization == 0
            ? AutoRules.LinearL1(_data.TotalRows, _data.Columns, _task.IsClassification)
            : [];
        return [
            .. from encoding in encodings
               from dropout in _hiddenLayers.Count > 0 ? Dropouts : [0]
               from decay in decays
               select new NetworkPlan(encoding, _hiddenLayers, dropout, decay),
            .. from decay in linear select new NetworkPlan(encodings[0], [], 0, decay),
            .. from l1 in sparse select new NetworkPlan(encodings[0], [], 0, 0, l1)];
    }

    private LearningRateSchedule Schedule(NetworkPlan plan) => _options.LearningRateSchedule
        ?? AutoRules.Schedule(_data.TotalRows, plan.Encoding == NumericEncoding.PiecewiseLinear,
            _task.IsClassification);

    private InputEncoding Inputs(int index, NetworkPlan plan) => _initialInputs?[index] ?? _inputs[plan.Encoding];

    // One object per shape: it is the key of cached evaluators.
    private NetworkShape Shape(InputEncoding input, NetworkPlan plan)
    {
        int[] sizes = [input.Features, .. plan.HiddenLayers, _task.Outputs];
        lock (_shapes)
        {
            var known = _shapes.Find(shape => shape.Dropout == plan.Dropout && shape.LayerSizes.SequenceEqual(sizes));
            if (known is null)
                _shapes.Add(known = new(sizes, _options.Activation, plan.Dropout));
            return known;
        }
    }
}
