using Alice.ML.Models.Inputs;
using static TorchSharp.torch;

namespace Alice.ML.Training.Data;

/// <summary>The features of all rows: in memory, dense or sparse, or in a file.</summary>
internal abstract class FeatureTable(int columns)
{
    public int Columns { get; } = columns;

    /// <summary>Values that are stored for a row, on average.</summary>
    public virtual double StoredColumns => Columns;

    /// <summary>How the features are to be prepared, from the rows of a part.</summary>
    /// <param name="rows">The part.</param>
    /// <param name="report">Told of columns whose values are extreme, infinite or too small.</param>
    /// <param name="keepsZeros">Whether zeros of a sparse table are to stay zeros even in columns that are mostly
    /// filled.</param>
    public abstract FeaturePreparation Scale(TrainingData rows, ColumnReport report, bool keepsZeros = false);

    /// <summary>The prepared features of the first rows. They may take the memory of this table, which is not to be
    /// used any more.</summary>
    public abstract FeatureTable Prepare(FeaturePreparation preparation, int rows);

    /// <summary>Exchanges two rows.</summary>
    public abstract void Swap(int a, int b);

    /// <summary>Copies a row as numbers in all columns; <paramref name="to"/> holds zeros.</summary>
    public abstract void CopyRow(int row, Span<float> to);

    /// <summary>Copies rows from one on, as many as there is room for; <paramref name="to"/> holds zeros.</summary>
    public virtual void CopyRows(int first, Span<float> to)
    {
        for (var r = 0; r < to.Length / Columns; r++)
            CopyRow(first + r, to.Slice(r * Columns, Columns));
    }

    /// <summary>Makes the first rows ready to give minibatches on <paramref name="device"/>.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="common">What else is done to sparse columns while networks train; the identity for dense
    /// ones.</param>
    /// <param name="device">Where minibatches are wanted.</param>
    public abstract IFeatureSource Open(int rows, Standardization common, Device device);
}

/// <summary>Gives the features of minibatches.</summary>
internal interface IFeatureSource : IDisposable
{
    /// <summary>How vector kernels on the CPU read the columns for networks with some inputs. May be called on several
    /// threads.</summary>
    ColumnSplit Split(IColumnFeatures inputs);

    /// <summary>Features [rows, columns] on the device, which belong to the caller's scope.</summary>
    /// <param name="rows">Row numbers, int64, on the device that <see cref="IndexDevice"/> names.</param>
    Tensor Select(Tensor rows);

    /// <summary>Where <see cref="Select"/> wants the row numbers.</summary>
    Device IndexDevice { get; }
}
