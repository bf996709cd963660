using System.Runtime.CompilerServices;
using Alice.ML.Models.Inputs;

namespace Alice.ML.Training.Inputs;

/// <summary>The features of a <see cref="PiecewiseLinearEncoder"/> on the scale used in training. The feature of a bin
/// is Empty if the number is below the bin, Empty + Scale if it is above, and linear in between.</summary>
/// <param name="encoder">The encoder with the bins.</param>
internal sealed class EncodedColumns(PiecewiseLinearEncoder encoder)
{
    public PiecewiseLinearEncoder Encoder { get; } = encoder;

    /// <summary>The edges of each column, ascending. Empty for a column without bins.</summary>
    public IReadOnlyList<float[]> Edges => Encoder.Edges;

    public int Columns => Encoder.InputCount;

    public int Features => Encoder.OutputCount;

    /// <summary>For each feature, its value if the number is below the bin. 0 for unencoded numbers.</summary>
    public float[] Empty { get; } = new float[encoder.OutputCount];

    /// <summary>For each feature, its increase over the bin. 0 for unencoded numbers.</summary>
    public float[] Scale { get; } = new float[encoder.OutputCount];

    /// <inheritdoc cref="PiecewiseLinearEncoder.Range"/>
    public (int Number, int End) Range(int column) => Encoder.Range(column);

    /// <summary>The bin of a number, and its position in the bin: 0 to 1, or beyond in an open bin.</summary>
    /// <returns>Index of the bin's feature, or of the number itself if the column has no bins.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Feature, float Share) Locate(int column, float x)
    {
        var (number, end) = Range(column);
        if (end == number + 1)
            return (number, 0);
        var feature = Encoder.Find(column, x);
        return (feature, Encoder.Share(feature, x));
    }
}
