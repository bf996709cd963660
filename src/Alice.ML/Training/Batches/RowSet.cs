using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Training.Batches;

/// <summary>Rows of a table whose features are open on the device: all of a part, those with some numbers in the table,
/// or, of a table in a file, all but those.</summary>
/// <param name="data">The part.</param>
/// <param name="features">Features of the table; not owned.</param>
/// <param name="numbers">Numbers of the rows; null: all of the part.</param>
/// <param name="without">Numbers of the rows that are left out, ascending, where there are no
/// <paramref name="numbers"/>; null: none.</param>
internal sealed class RowSet(
    TrainingData data, IFeatureSource features, int[]? numbers = null, int[]? without = null)
{
    public TrainingData Data { get; } = data;

    public IFeatureSource Features { get; } = features;

    public int[]? Numbers { get; } = numbers;

    public int[]? Without { get; } = without;

    public int Count => Numbers?.Length ?? Data.Rows - (Without?.Length ?? 0);

    /// <summary>How many there are on all ranks.</summary>
    public int TotalCount { get; } = numbers is null && without is null
        ? data.TotalRows
        : data.Peers?.SumRows(numbers?.Length ?? data.Rows - without!.Length)
            ?? numbers?.Length ?? data.Rows - without!.Length;

    /// <summary>Some of the rows.</summary>
    public RowSet Of(int[] numbers) => new(Data, Features, numbers);

    /// <summary>All rows but some, ascending.</summary>
    public RowSet AllBut(int[] numbers) => new(Data, Features, without: numbers);

    /// <summary>The rows in their order, unless some are left out.</summary>
    public int[] InOrder() => Numbers ?? [.. Enumerable.Range(Data.Start, Data.Rows)];
}

/// <summary>The rows of a run, with their features, which belong to this object.</summary>
internal sealed record TrainingRows(RowSet Training, RowSet? Validation) : IDisposable
{
    /// <summary>Opens the parts of a run; their labels become targets.</summary>
    /// <param name="training">Rows to learn from, prepared.</param>
    /// <param name="validation">Rows to measure on, prepared; perhaps of the same table.</param>
    /// <param name="task">What makes targets of the labels.</param>
    /// <param name="common">What else is done to sparse columns while networks train.</param>
    /// <param name="device">Where minibatches are wanted.</param>
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
