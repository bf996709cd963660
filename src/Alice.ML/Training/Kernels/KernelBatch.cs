using Alice.ML.Training.Data;

namespace Alice.ML.Training.Kernels;

/// <summary>The rows of one evaluation. The memory must outlive the call. Columns that are not among the dense features
/// are sparse.</summary>
internal readonly unsafe struct KernelBatch
{
    /// <summary>Numbers: row r starts at Features + r · FeatureStride.</summary>
    public float* Features { get; init; }

    public nint FeatureStride { get; init; }

    /// <summary>Numbers with their bins, for kernels with bins.</summary>
    public BinnedBatch Binned { get; init; }

    /// <summary>The table with the sparse columns. <see cref="SparseRows"/> has the rows of the batch.</summary>
    public SparseTable? Sparse { get; init; }

    /// <summary>[Rows]: row numbers in <see cref="Sparse"/>.</summary>
    public int* SparseRows { get; init; }

    /// <summary>[Rows, labels]. NaN if a label is missing.</summary>
    public float* Targets { get; init; }

    /// <summary>[Rows], with mean 1 over the training rows. Null if all rows have the same weight.</summary>
    public float* Weights { get; init; }

    public int Rows { get; init; }

    /// <summary>Number of rows of the whole minibatch. Losses and gradients are divided by it.</summary>
    public long WholeRows { get; init; }

    /// <summary>Index of the first row in the whole minibatch, for dropout.</summary>
    public long FirstRow { get; init; }

    /// <summary>Key of the run and the step for dropout. It is the same at all points of a sample step.</summary>
    public ulong DropoutKey { get; init; }
}
