using Alice.ML.Models.Inputs;
using static TorchSharp.torch;

namespace Alice.ML.Training.Data;

/// <summary>The features of all rows: in memory, dense or sparse, or in a file.</summary>
internal abstract class FeatureTable(int columns)
{
    public int Columns { get; } = columns;

    /// <summary>Mean number of stored values per row.</summary>
    public virtual double StoredColumns => Columns;

    /// <summary>Derives the preparation of the features from the rows of a part.</summary>
    /// <param name="rows">The part.</param>
    /// <param name="report">Receives columns whose values are extreme, infinite or too small.</param>
    /// <param name="keepsZeros">Whether zeros of a sparse table must remain zeros, even in columns that are mostly
    /// filled.</param>
    public abstract FeaturePreparation Scale(TrainingData rows, ColumnReport report, bool keepsZeros = false);

    /// <summary>Prepares the features of the first rows. The result may reuse the memory of this table, which must not
    /// be used afterwards.</summary>
    public abstract FeatureTable Prepare(FeaturePreparation preparation, int rows);

    /// <summary>Exchanges two rows.</summary>
    public abstract void Swap(int a, int b);

    /// <summary>Writes a row as dense values. <paramref name="to"/> must be zero before.</summary>
    public abstract void CopyRow(int row, Span<float> to);

    /// <summary>Writes consecutive rows, as many as fit. <paramref name="to"/> must be zero before.</summary>
    public virtual void CopyRows(int first, Span<float> to)
    {
        for (var r = 0; r < to.Length / Columns; r++)
            CopyRow(first + r, to.Slice(r * Columns, Columns));
    }

    /// <summary>Opens the first rows for minibatches on <paramref name="device"/>.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="common">Further scaling of sparse columns during training. The identity for dense ones.</param>
    /// <param name="device">Device of the minibatches.</param>
    public abstract IFeatureSource Open(int rows, Standardization common, Device device);
}

/// <summary>Provides the features of minibatches.</summary>
internal interface IFeatureSource : IDisposable
{
    /// <summary>How vector kernels on the CPU read the columns. Thread-safe.</summary>
    ColumnSplit Split(IColumnFeatures inputs);

    /// <summary>Features [rows, columns] on the device. The caller's scope owns them.</summary>
    /// <param name="rows">Row numbers, int64, on <see cref="IndexDevice"/>.</param>
    Tensor Select(Tensor rows);

    /// <summary>Device of the row numbers for <see cref="Select"/>.</summary>
    Device IndexDevice { get; }
}
