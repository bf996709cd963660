using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Training.Batches;

/// <summary>Rows of a table, with their features opened on a device: all rows of a part, a list of rows, or, for a
/// table in a file, all but a list of rows.</summary>
/// <param name="data">The part.</param>
/// <param name="features">Features of the table. Not owned.</param>
/// <param name="numbers">Numbers of the rows. Null: all rows of the part.</param>
/// <param name="without">Numbers of the rows to leave out, ascending, if there are no <paramref name="numbers"/>. Null:
/// none.</param>
internal sealed class RowSet(
    TrainingData data, IFeatureSource features, int[]? numbers = null, int[]? without = null)
{
    public TrainingData Data { get; } = data;

    public IFeatureSource Features { get; } = features;

    public int[]? Numbers { get; } = numbers;

    public int[]? Without { get; } = without;

    public int Count => Numbers?.Length ?? Data.Rows - (Without?.Length ?? 0);

    /// <summary>Number of rows on all ranks.</summary>
    public int TotalCount { get; } = numbers is null && without is null
        ? data.TotalRows
        : data.Peers?.SumRows(numbers?.Length ?? data.Rows - without!.Length)
            ?? numbers?.Length ?? data.Rows - without!.Length;

    /// <summary>Some of the rows.</summary>
    public RowSet Of(int[] numbers) => new(Data, Features, numbers);

    /// <summary>All rows except some, given in ascending order.</summary>
    public RowSet AllBut(int[] numbers) => new(Data, Features, without: numbers);

    /// <summary>The row numbers in order. Only valid if no rows are left out.</summary>
    public int[] InOrder() => Numbers ?? [.. Enumerable.Range(Data.Start, Data.Rows)];
}

/// <summary>The rows of a run. Owns their features.</summary>
internal sealed record TrainingRows(RowSet Training, RowSet? Validation) : IDisposable
{
    /// <summary>Opens the parts of a run, and turns their labels into targets.</summary>
    /// <param name="training">Prepared training rows.</param>
    /// <param name="validation">Prepared validation rows, possibly of the same table.</param>
    /// <param name="task">Turns labels into targets.</param>
    /// <param name="common">Further scaling of sparse columns during training.</param>
    /// <param name="device">Device of the minibatches.</param>
    public static TrainingRows Open(
        TrainingData training, TrainingData? validation, LearningTask task, Standardization common, Device device)
    {
        task.MakeTargets(training.Labels);
        if (validation is not null)
            task.MakeHeldOutTargets(validation.Labels);
        var shared = ReferenceEquals(training.Features, validation?.Features);
        var source = training.Features.Open(training.Rows + (shared ? validation!.Rows : 0), common, device);
        return new TrainingRows(new RowSet(training, source), validation is null
            ? null
            : new RowSet(validation, shared ? source : validation.Features.Open(validation.Rows, common, device)));
    }

    public void Dispose()
    {
        Training.Features.Dispose();
        if (!ReferenceEquals(Training.Features, Validation?.Features))
            Validation?.Features.Dispose();
    }
}
