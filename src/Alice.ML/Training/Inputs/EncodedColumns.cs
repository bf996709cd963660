using System.Runtime.CompilerServices;
using Alice.ML.Models.Inputs;

namespace Alice.ML.Training.Inputs;

/// <summary>The features of a <see cref="PiecewiseLinearEncoder"/> on another scale, which training chooses: a bin's is
/// Empty where the number lies below the bin, Empty + Scale where it lies above, and linear between.</summary>
/// <param name="encoder">Has the bins.</param>
internal sealed class EncodedColumns(PiecewiseLinearEncoder encoder)
{
    public PiecewiseLinearEncoder Encoder { get; } = encoder;

    /// <summary>Per column its edges, ascending; none for a column without bins.</summary>
    public IReadOnlyList<float[]> Edges => Encoder.Edges;

    public int Columns => Encoder.InputCount;

    public int Features => Encoder.OutputCount;

    /// <summary>Per feature its value where the number lies below the bin; 0 for numbers as they are.</summary>
    public float[] Empty { get; } = new float[encoder.OutputCount];

    /// <summary>Per feature what a number gains on its way through the bin; 0 for numbers as they are.</summary>
    public float[] Scale { get; } = new float[encoder.OutputCount];

    /// <inheritdoc cref="PiecewiseLinearEncoder.Range"/>
    public (int Number, int End) Range(int column) => Encoder.Range(column);

    /// <summary>The bin of a number and how far through it the number is, 0 to 1, or beyond in an open bin.</summary>
    /// <returns>The bin's feature; that of the number as it is, where the column has no bins.</returns>
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
