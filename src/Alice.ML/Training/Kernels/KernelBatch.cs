using Alice.ML.Training.Data;

namespace Alice.ML.Training.Kernels;

/// <summary>Rows that a step learns from, in memory that outlives the call. Features are dense or have bins; columns
/// that are not among them are sparse.</summary>
internal readonly unsafe struct KernelBatch
{
    /// <summary>Numbers: row r starts at Features + r · FeatureStride.</summary>
    public float* Features { get; init; }

    public nint FeatureStride { get; init; }

    /// <summary>Numbers with their bins, for a kernel that was made for them.</summary>
    public BinnedBatch Binned { get; init; }

    /// <summary>A table of sparse rows, <see cref="SparseRows"/> of which are the batch.</summary>
    public SparseTable? Sparse { get; init; }

    /// <summary>[Rows]: numbers of rows of <see cref="Sparse"/>.</summary>
    public int* SparseRows { get; init; }

    /// <summary>[Rows, labels]; NaN where a label is missing.</summary>
    public float* Targets { get; init; }

    /// <summary>[Rows], with mean 1 over the training set; null where every row counts the same.</summary>
    public float* Weights { get; init; }

    public int Rows { get; init; }

    /// <summary>Rows of the whole minibatch, where this is a part of one: losses and gradients are divided by
    /// them.</summary>
    public long WholeRows { get; init; }

    /// <summary>The number of the first row within the whole minibatch; dropout depends on it.</summary>
    public long FirstRow { get; init; }

    /// <summary>A key of the run and step, by which units are left out; the same at the three points of a sample
    /// step.</summary>
    public ulong DropoutKey { get; init; }
}
