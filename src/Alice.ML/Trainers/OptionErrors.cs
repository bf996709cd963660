using System.Globalization;
using System.Numerics;
using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Options;
using Alice.ML.Optimization.Runtime;

namespace Alice.ML.Trainers;

/// <summary>Collects every bad option, so that one exception names them all.</summary>
internal sealed class OptionErrors
{
    // More than any machine runs; a multiple of it ends the process.
    private const int MaximumThreads = 1024;

    private readonly List<string> _errors = [];

    public OptionErrors AtLeast<T>(string name, T? value, T minimum) where T : struct, INumber<T> =>
        Require(value is not { } v || v >= minimum, name, value, $"must be {Text(minimum)} or more");

    public OptionErrors Between<T>(string name, T? value, T minimum, T maximum) where T : struct, INumber<T> =>
        Require(value is not { } v
            || (v >= minimum && v <= maximum), name, value, $"must be {Text(minimum)} to {Text(maximum)}");

    public OptionErrors Positive(string name, double? value) =>
        Require(value is not { } v || (v > 0 && double.IsFinite(v)), name, value, "must be above 0 and finite");

    public OptionErrors Defined<T>(string name, T value) where T : struct, Enum =>
        Require(Enum.IsDefined(value), name, value, $"must be one of {string.Join(", ", Enum.GetNames<T>())}");

    public OptionErrors Defined<T>(string name, T? value)
        where T : struct, Enum => value is { } v ? Defined(name, v) : this;

    public OptionErrors Require(bool good, string name, object? value, string rule)
    {
        if (!good)
            _errors.Add($"{name} is {Text(value)}, but {rule}.");
        return this;
    }

    /// <exception cref="ArgumentException">Lists the errors, where there are any.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, _errors));
    }

    /// <summary>Checks what only Fit knows: whether there are rows to measure on.</summary>
    /// <exception cref="ArgumentException">Training would end early by a loss that nobody measures.</exception>
    public static void CheckValidation(AliceTrainerOptions options, bool hasValidationData) => new OptionErrors()
        .Require(options.EarlyStoppingPatience is null || hasValidationData || options.ValidationFraction > 0,
            nameof(options.EarlyStoppingPatience), options.EarlyStoppingPatience,
            "there are no validation rows: give Fit validation data, or set ValidationFraction")
        .ThrowIfAny();

    /// <summary>Whether each rank has its own part of the rows.</summary>
    public static bool DividesRows(AliceTrainerOptions options) =>
        options is { Communicator.Size: > 1, Replicated: false };

    /// <summary>Checks the options that all trainers share, and those that <paramref name="more"/> adds.</summary>
    public static void Check(AliceTrainerOptions options, Action<OptionErrors>? more = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var layers = options.HiddenLayers;
        var dividesRows = DividesRows(options);
        var errors = new OptionErrors()
            .Require(!string.IsNullOrEmpty(options.LabelColumnName), nameof(options.LabelColumnName),
                options.LabelColumnName,
                "must name a column")
            .Require(!string.IsNullOrEmpty(options.FeatureColumnName), nameof(options.FeatureColumnName),
                options.FeatureColumnName, "must name a column")
            .Require(options.ExampleWeightColumnName != "", nameof(options.ExampleWeightColumnName),
                options.ExampleWeightColumnName,
                "must name a column, or be null for none")
            .Require(layers is null || layers.Count < DenseNetwork.MaximumLayers, nameof(options.HiddenLayers),
                $"[{layers?.Count} layers]",
                $"at most {DenseNetwork.MaximumLayers - 1} hidden layers are possible")
            .Require(layers is null || layers.All(units => units >= 1), nameof(options.HiddenLayers),
                $"[{string.Join(", ", layers ?? [])}]", "every hidden layer must have 1 unit or more")
            .Defined(nameof(options.Activation), options.Activation)
            .Between<int>(nameof(options.NumberOfNetworks), options.NumberOfNetworks, 1, NetworkEnsemble.MaximumMembers)
            .Defined(nameof(options.NumericEncoding), options.NumericEncoding)
            .AtLeast(nameof(options.NumberOfBins), options.NumberOfBins, 2)
            .Require(options.Dropout is null or (>= 0 and < 1), nameof(options.Dropout), options.Dropout,
                "must be 0 or more and below 1")
            .AtLeast(nameof(options.NumberOfEpochs), options.NumberOfEpochs, 1)
            .AtLeast(nameof(options.BatchSize), options.BatchSize, 1)
            .Positive(nameof(options.LearningRate), options.LearningRate)
            .Defined(nameof(options.LearningRateSchedule), options.LearningRateSchedule)
            .Defined(nameof(options.Effort), options.Effort)
            .Between<int>(nameof(options.NumberOfBackgroundRows), options.NumberOfBackgroundRows, 0, 1000)
            .Require(options.Optimizer is not null, nameof(options.Optimizer), options.Optimizer,
                "must be set, for example to AliceOptimizerOptions.Tabular")
            .Require(options.Optimizer?.Generator is null, "Optimizer.Generator", "set",
                "a trainer draws from its own generator: set Seed instead")
            .Require(TorchDevice.IsName(options.Device), nameof(options.Device), options.Device,
                $"must be {TorchDevice.Names}")
            .Require(options.Communicator is null or { Size: 1 } || options.Device is "auto" or "cpu",
                nameof(options.Device), options.Device, "with a Communicator training is on the CPU: set 'cpu'")
            .Between(nameof(options.NumberOfThreads), options.NumberOfThreads, 1, MaximumThreads)
            .Require(!dividesRows || options.NumberOfThreads is null or 1, nameof(options.NumberOfThreads),
                options.NumberOfThreads, "ranks that divide the rows train on one thread each: leave it null and start "
                + "more ranks, or set Replicated")
            .Require(!dividesRows || options.MaximumMemory is null, nameof(options.MaximumMemory),
                options.MaximumMemory, "ranks that divide the rows keep them in memory: leave it null and start more "
                + "ranks, or set Replicated")
            .Require(!dividesRows || options.TemporaryFolder is null, nameof(options.TemporaryFolder),
                options.TemporaryFolder, "ranks that divide the rows keep them in memory: leave it null, or set "
                + "Replicated")
            .Require(options.WeightDecay is not { } decay
                || (decay >= 0 && double.IsFinite(decay)), nameof(options.WeightDecay),
                options.WeightDecay, "must be 0 or more and finite")
            .Require(!(options.WeightDecay * (options.LearningRate ?? options.Optimizer?.LearningRate) > 1),
                nameof(options.WeightDecay),
                options.WeightDecay,
                "a step multiplies weights by 1 − learning rate · this, which must not be negative: lower it")
            .AtLeast(nameof(options.MaximumMemory), options.MaximumMemory, 0)
            .Require(options.TemporaryFolder is null || Directory.Exists(options.TemporaryFolder),
                nameof(options.TemporaryFolder), options.TemporaryFolder, "there is no such folder")
            .AtLeast<int>(nameof(options.GradientAccumulation), options.GradientAccumulation, 1)
            .Require(options.ValidationFraction is >= 0 and < 1, nameof(options.ValidationFraction),
                options.ValidationFraction, "must be 0 or more and below 1")
            .AtLeast(nameof(options.EarlyStoppingPatience), options.EarlyStoppingPatience, 1)
            .Require(options.EarlyStoppingMinimumImprovement is >= 0 and < 1,
                nameof(options.EarlyStoppingMinimumImprovement),
                options.EarlyStoppingMinimumImprovement, "must be 0 or more and below 1")
            .Require(options.MaximumTrainingTime is not { } time
                || time > TimeSpan.Zero, nameof(options.MaximumTrainingTime),
                options.MaximumTrainingTime, "must be above 0")
            .Require(options.CheckpointPath is null
                || !string.IsNullOrWhiteSpace(options.CheckpointPath), nameof(options.CheckpointPath),
                options.CheckpointPath, "must name a file, or be null for none")
            .Require(options.CheckpointInterval is not { } interval
                || interval > TimeSpan.Zero, nameof(options.CheckpointInterval),
                options.CheckpointInterval, "must be above 0")
            .Require(!options.ResumeFromCheckpoint
                || options.CheckpointPath is not null, nameof(options.ResumeFromCheckpoint),
                options.ResumeFromCheckpoint, "CheckpointPath is not set: set it to the file of the run");
        more?.Invoke(errors);
        if (options.Optimizer is { } optimizer)
            errors._errors.AddRange(AliceOptimizerOptionsValidator.Errors(optimizer)
                .Select(error => $"{nameof(options.Optimizer)}.{error}"));
        errors.ThrowIfAny();
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text when text is "set" || text.StartsWith('[') => text,
        string text => $"'{text}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
