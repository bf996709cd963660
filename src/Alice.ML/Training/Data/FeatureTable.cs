using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>The features of all rows, dense or sparse.</summary>
internal abstract class FeatureTable(int columns)
{
    public int Columns { get; } = columns;

    /// <summary>Weighted moments of the columns that are to be standardised; the others stay as they are.</summary>
    public abstract Standardization Moments(TrainingData rows);

    /// <summary>Exchanges two rows.</summary>
    public abstract void Swap(int a, int b);

    /// <summary>Copies a row as numbers in all columns; <paramref name="to"/> holds zeros.</summary>
    public abstract void CopyRow(int row, Span<float> to);

    /// <summary>
    /// Standardises the table for good and makes it ready to give minibatches on <paramref name="device"/>.
    /// </summary>
    public abstract IFeatureSource Open(Standardization standardization, int rows, Device device);
}

/// <summary>Gives the features of minibatches on a device.</summary>
internal interface IFeatureSource : IDisposable
{
    /// <summary>Features [rows, columns], which belong to the caller's scope; or, where the first layer reads them by itself, [rows, 0] and that.</summary>
    /// <param name="rows">Row numbers, int64, on the device that <see cref="IndexDevice"/> names.</param>
    (Tensor Features, IFirstLayer? FirstLayer) Select(Tensor rows);

    /// <summary>Where <see cref="Select"/> wants the row numbers.</summary>
    Device IndexDevice { get; }
}
