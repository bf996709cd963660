using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;

namespace Alice.ML.Training.Batches;

/// <summary>Minibatches in plain memory, for vector kernels.</summary>
internal sealed class KernelBatches(RowSet rows, int batchSize, bool isShared = true)
    : BatchSource(rows, batchSize, isShared)
{
    private readonly IFeatureSource _features = rows.Features;

    /// <summary>The features, unless all are sparse or they are in a file.</summary>
    public DenseFeatures? Dense { get; } = rows.Data.Features as DenseFeatures;

    /// <summary>The features in a file. Null if they are in memory.</summary>
    public FileFeatures? File { get; } = rows.Data.Features as FileFeatures;

    /// <summary>How the columns are read.</summary>
    public ColumnSplit Split(InputEncoding inputs) => _features.Split(inputs);

    /// <summary>Number of labels per row.</summary>
    public int LabelCount { get; } = rows.Data.LabelCount;

    /// <summary>Targets of the table's rows, [rows, labels].</summary>
    public float[] Targets { get; } = rows.Data.LabelArray;

    /// <summary>Weights of the table's rows. Null if all rows have the same weight.</summary>
    public float[]? Weights { get; } = rows.Data.WeightArray;

    public override KernelReader Open(InputEncoding inputs, int parts) => new(this, inputs, parts);
}
