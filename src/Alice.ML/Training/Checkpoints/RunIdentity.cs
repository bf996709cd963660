using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Alice.ML.Models.Networks;
using Alice.ML.Optimization;
using Alice.ML.Trainers;
using Alice.ML.Training.Data;

namespace Alice.ML.Training.Checkpoints;

/// <summary>Everything that decides the result of a run. A checkpoint can be resumed only by a run with the same
/// identity.</summary>
internal sealed record RunIdentity
{
    // These decide when and where a run works, not what comes out. The seed and the device are kept as they were
    // resolved.
    private static readonly HashSet<string> _free =
    [
        nameof(AliceTrainerOptions.CheckpointPath), nameof(AliceTrainerOptions.CheckpointInterval),
        nameof(AliceTrainerOptions.ResumeFromCheckpoint),
        nameof(AliceTrainerOptions.Progress), nameof(AliceTrainerOptions.CancellationToken),
        nameof(AliceTrainerOptions.NumberOfThreads), nameof(AliceTrainerOptions.Communicator),
        // The identity of the rows shows how ranks share them.
        nameof(AliceTrainerOptions.Replicated), nameof(AliceTrainerOptions.MaximumTrainingTime),
            nameof(AliceTrainerOptions.Seed),
        // The identity of the rows shows where they are.
        nameof(AliceTrainerOptions.MaximumMemory), nameof(AliceTrainerOptions.TemporaryFolder),
        nameof(AliceTrainerOptions.Device),
    ];

    private static readonly HashSet<string> _own =
    [
        nameof(AliceTrainerOptions.Progress), nameof(AliceTrainerOptions.CancellationToken),
        nameof(AliceTrainerOptions.NumberOfThreads), nameof(AliceTrainerOptions.Communicator),
    ];

    /// <summary>Version of the library. Other versions may have other rules.</summary>
    public string Library { get; init; } =
        typeof(RunIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Width of the processor's vectors, in bits. With another width, sums differ in their last
    /// bits.</summary>
    public int VectorBits { get; init; } = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated
        ? 256 : 128;

    public required string Trainer { get; init; }

    public required int Seed { get; init; }

    public required string Device { get; init; }

    /// <summary>Every option with its value.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    public required DataIdentity Training { get; init; }

    /// <summary>Ranks that shared the rows.</summary>
    public int Ranks { get; init; } = 1;

    public DataIdentity? Validation { get; init; }

    /// <summary>Whether a share of the training rows is held out to measure epochs on.</summary>
    public bool HoldsOutRows { get; init; }

    /// <summary>Hash of the model to continue from.</summary>
    public string? Model { get; init; }

    /// <summary>Creates the identity of a run.</summary>
    /// <param name="options">The options.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="device">Device that the run trains on.</param>
    /// <param name="training">The rows as they were read.</param>
    /// <param name="validation">The validation rows.</param>
    /// <param name="model">The model to continue from.</param>
    public static RunIdentity Of(
        AliceTrainerOptions options, int seed, TorchSharp.torch.Device device, TrainingData training,
        TrainingData? validation,
        NetworkEnsemble? model)
    {
        // Replicated ranks train the same model as one process.
        var sharing = options.Replicated ? null : options.Communicator;
        return new()
        {
            Trainer = options.GetType().DeclaringType!.Name,
            Seed = seed,
            Device = device.ToString(),
            Options = ValuesOf(options),
            Training = DataIdentity.Of(training, sharing),
            Validation = validation is null ? null : DataIdentity.Of(validation, sharing),
            Ranks = sharing?.Size ?? 1,
            HoldsOutRows = validation is null && options.ValidationFraction > 0,
            Model = Hash(model),
        };
    }

    /// <summary>What differs from the run of a checkpoint. Empty if this run can resume it.</summary>
    /// <param name="saved">The run of the checkpoint.</param>
    /// <param name="nameOf">The name of a feature.</param>
    public IEnumerable<string> DifferencesFrom(RunIdentity saved, Func<int, string> nameOf)
    {
        foreach (var (name, was, now) in new[]
            {
                ("Alice.ML", saved.Library, Library), ("the trainer", saved.Trainer, Trainer),
                    ("the device", saved.Device, Device),
                ("the seed", $"{saved.Seed}", $"{Seed}"),
            })
            if (was != now)
                yield return $"{name} was {was} and is {now}";
        foreach (var name in saved.Options.Keys.Union(Options.Keys))
            if (saved.Options.GetValueOrDefault(name) is var was && Options.GetValueOrDefault(name) is var now
                && was != now)
                yield return $"{name} was {was} and is {now}";
        foreach (var difference in Training.DifferencesFrom(saved.Training, "training data", nameOf))
            yield return difference;
        if (Validation is not null && saved.Validation is not null)
            foreach (var difference in Validation.DifferencesFrom(saved.Validation, "validation data", nameOf))
                yield return difference;
        else if (Validation != saved.Validation)
            yield return saved.Validation is null ? "there was no validation data" : "there was validation data";
        if (Model != saved.Model)
            yield return saved.Model is null ? "there was no model to continue from"
                : Model is null ? "there was a model to continue from"
                : "the model to continue from differs";
    }

    /// <summary>Options with their values.</summary>
    /// <param name="options">The options.</param>
    /// <param name="all">Whether to include options that only decide when a run ends and where it is saved. Options
    /// that belong to a process are never included.</param>
    public static Dictionary<string, string> ValuesOf(AliceTrainerOptions options, bool all = false) => Values(options)
        .Where(option => !(all ? _own : _free).Contains(option.Name) && option.Value is not AliceOptimizerOptions)
        .Concat(Values(options.Optimizer).Select(option => (Name: "Optimizer." + option.Name, option.Value)))
        .ToDictionary(option => option.Name, option => Text(option.Value));

    /// <summary>Hash of a model. Null: there is no model.</summary>
    public static string? Hash(NetworkEnsemble? model)
    {
        if (model is null)
            return null;
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        model.Save(writer);
        return Convert.ToHexString(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
    }

    // Those of ML.NET's base class are fields.
    private static IEnumerable<(string Name, object? Value)> Values(object options) =>
        [
        .. options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanRead && p.SetMethod is { IsPublic: true }).Select(p => (p.Name, p.GetValue(options))),
        .. options.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance)
            .Select(f => (f.Name, f.GetValue(options))),
    ];

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        IEnumerable several => $"[{string.Join(", ", several.Cast<object?>().Select(Text))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
