using Alice.ML.Training.Kernels;

namespace Alice.ML.Training;

/// <summary>Minibatches in plain memory, for vector kernels.</summary>
internal sealed class KernelBatches(RowSet rows, int batchSize) : BatchSource(rows, batchSize)
{
    /// <summary>The features, unless they are <see cref="Sparse"/>.</summary>
    public DenseFeatures? Dense { get; } = rows.Features.Sparse is null ? (DenseFeatures)rows.Data.Features : null;

    public SparseTable? Sparse { get; } = rows.Features.Sparse;

    /// <summary>Targets of the table's rows.</summary>
    public float[] Targets { get; } = rows.Data.LabelArray;

    /// <summary>Weights of the table's rows; null where every row counts the same.</summary>
    public float[]? Weights { get; } = rows.Data.WeightArray;

    public override KernelReader Open(InputEncoding inputs, int parts) => new(this, inputs, parts);
}
