using System.Buffers;

namespace Alice.ML.Models.Networks;

/// <summary>
/// Means and sample standard deviations of vectors that come one by one: Welford 1962, <em>Note on a Method for
/// Calculating Corrected Sums of Squares and Products</em>.
/// </summary>
internal ref struct RunningMoments
{
    /// <summary>How much scratch from the caller is used, where it is enough; otherwise some is rented.</summary>
    public const int StackLength = 64;

    private readonly double[]? _rented;
    private readonly Span<double> _means;
    private readonly Span<double> _squares;
    private int _count;

    public RunningMoments(int width, Span<double> scratch)
    {
        if (2 * (long)width > scratch.Length)
            scratch = _rented = ArrayPool<double>.Shared.Rent(checked(2 * width));
        _means = scratch[..width];
        _squares = scratch.Slice(width, width);
        scratch[..(2 * width)].Clear();
    }

    public void Add(ReadOnlySpan<float> values)
    {
        _count++;
        for (var i = 0; i < _means.Length; i++)
        {
            var difference = values[i] - _means[i];
            _means[i] += difference / _count;
            _squares[i] += difference * (values[i] - _means[i]);
        }
    }

    public readonly void GetMeans(Span<float> means)
    {
        for (var i = 0; i < _means.Length; i++)
            means[i] = (float)_means[i];
    }

    /// <summary>Divided by the count less one; held at the largest float.</summary>
    public readonly void GetDeviations(Span<float> deviations)
    {
        for (var i = 0; i < _squares.Length; i++)
            deviations[i] = (float)Math.Min(Math.Sqrt(_squares[i] / (_count - 1)), float.MaxValue);
    }

    public readonly void Dispose()
    {
        if (_rented is not null)
            ArrayPool<double>.Shared.Return(_rented);
    }
}
