using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Models.Inputs;

/// <summary>
/// Encodes numbers piecewise linearly: each column becomes the number itself, then one feature for each of its bins.
/// Immutable and thread-safe.
/// </summary>
/// <remarks>
/// A column with the edges e₀ … e_T has the features clamp((x − e_{t−1}) / (e_t − e_{t−1}), 0, 1) for t = 1 … T, the
/// first without the lower clamp and the last without the upper one: Gorishniy, Rubachev and Babenko 2022, <em>On
/// Embeddings for Numerical Features in Tabular Deep Learning</em>, equation 1. Column follows column. NaN gives NaN.
/// </remarks>
internal sealed class PiecewiseLinearEncoder
{
    /// <summary>The narrowest bin, the smallest normal float: the inverse of its width must be a float.</summary>
    public const float MinimumWidth = 1.17549435e-38f;

    private readonly float[][] _edges;

    // The first feature of each column, and the end of the last one's.
    private readonly int[] _starts;

    // Feature f is min(max((x − shift[f]) · scale[f], lower[f]), upper[f]) with the number x of its column.
    private readonly float[] _shifts;
    private readonly float[] _scales;
    private readonly float[] _lower;
    private readonly float[] _upper;

    // The edges between the bins of each column, filled up with infinity to whole vectors.
    private readonly Bins[] _bins;
    private readonly float[] _inner;

    /// <param name="edges">For each column its ascending edges, at least two, or none to pass it as it is.</param>
    /// <exception cref="ArgumentException">
    /// No columns, a single edge, or edges that are not finite or less than <see cref="MinimumWidth"/> apart.
    /// </exception>
    public PiecewiseLinearEncoder(IReadOnlyList<float[]> edges)
    {
        _edges = [.. edges.Select(e => (float[])e.Clone())];
        if (_edges.Length == 0)
            throw new ArgumentException("An encoder needs at least one column.", nameof(edges));
        for (var column = 0; column < _edges.Length; column++)
            if (Misfit(_edges[column]) is { } why)
                throw new ArgumentException($"Column {column} {why}.", nameof(edges));
        Edges = Array.AsReadOnly(_edges);

        OutputCount = FeatureCount(_edges);
        _shifts = new float[OutputCount];
        _scales = new float[OutputCount];
        _lower = new float[OutputCount];
        _upper = new float[OutputCount];
        Array.Fill(_scales, 1);
        Array.Fill(_lower, float.NegativeInfinity);
        Array.Fill(_upper, float.PositiveInfinity);
        _starts = new int[_edges.Length + 1];
        _bins = new Bins[_edges.Length];
        var inner = new List<float>();
        for (var c = 0; c < _edges.Length; c++)
        {
            var (own, number) = (_edges[c], _starts[c]);
            for (var t = 1; t < own.Length; t++)
            {
                _shifts[number + t] = own[t - 1];
                _scales[number + t] = (float)(1 / ((double)own[t] - own[t - 1]));
                if (t > 1)
                    _lower[number + t] = 0;
                if (t < own.Length - 1)
                    _upper[number + t] = 1;
            }
            var from = inner.Count;
            inner.AddRange(own.Skip(1).SkipLast(1));
            while (inner.Count % Vector512<float>.Count != 0)
                inner.Add(float.PositiveInfinity);
            _starts[c + 1] = number + FeaturesOf(own);
            _bins[c] = new Bins(number + 1, from, inner.Count);
        }
        _inner = [.. inner];
    }

    public int InputCount => _edges.Length;

    /// <summary>One for each column and one for each bin.</summary>
    public int OutputCount { get; }

    /// <summary>As given to the constructor.</summary>
    public IReadOnlyList<float[]> Edges { get; }

    /// <summary>What a feature takes off its number.</summary>
    public ReadOnlySpan<float> Shifts => _shifts;

    /// <summary>What a feature multiplies the difference with.</summary>
    public ReadOnlySpan<float> Scales => _scales;

    /// <summary>The least value of a feature; −∞ where it has no lower clamp.</summary>
    public ReadOnlySpan<float> Lower => _lower;

    /// <summary>The largest value of a feature; ∞ where it has no upper clamp.</summary>
    public ReadOnlySpan<float> Upper => _upper;

    /// <summary>Whether the other encodes alike.</summary>
    public bool HasEdgesOf(PiecewiseLinearEncoder other) =>
        InputCount == other.InputCount
            && _edges.Zip(other._edges).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private static int FeaturesOf(float[] edges) => Math.Max(edges.Length, 1);

    /// <summary>A column's features: the number as it is, its bins, and where they end.</summary>
    public (int Number, int End) Range(int column) => (_starts[column], _starts[column + 1]);

    /// <summary>The feature of the bin that a number lies in; a number on an edge lies below it, NaN in the first bin.
    /// </summary>
    /// <param name="column">One with bins.</param>
    /// <param name="x">The number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(int column, float x)
    {
        var bins = _bins[column];
        var (feature, number) = (bins.First, Vector512.Create(x));
        for (var at = bins.From; at < bins.To; at += Vector512<float>.Count)
        {
            // The padding, ∞, never is below the number; nor is any edge below NaN.
            var below = Vector512.GreaterThan(number, Vector512.LoadUnsafe(ref _inner[at]));
            feature += BitOperations.PopCount(below.ExtractMostSignificantBits());
        }
        return feature;
    }

    /// <summary>How far through a bin a number is: 0 at its lower edge, 1 at its upper one. A number as it is, is its
    /// own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Share<T>(int feature, T x) where T : IFloatingPointIeee754<T> =>
        (x - T.CreateTruncating(_shifts[feature])) * T.CreateTruncating(_scales[feature]);

    /// <summary>Encodes rows.</summary>
    /// <param name="rows">Row-major [rows, <see cref="InputCount"/>].</param>
    /// <param name="encoded">Room for their features, row-major [rows, <see cref="OutputCount"/>].</param>
    /// <exception cref="ArgumentException">A span of another length.</exception>
    public void Encode<T>(ReadOnlySpan<float> rows, Span<T> encoded) where T : IFloatingPointIeee754<T>
    {
        var count = rows.Length / InputCount;
        if (rows.Length % InputCount != 0 || encoded.Length != (long)count * OutputCount)
            throw new ArgumentException(
                $"Rows have {InputCount} numbers and {OutputCount} features each; there are {rows.Length} and room for "
                + $"{encoded.Length}.");
        for (; rows.Length > 0; rows = rows[InputCount..], encoded = encoded[OutputCount..])
            for (var c = 0; c < _edges.Length; c++)
            {
                var x = T.CreateTruncating(rows[c]);
                for (var f = _starts[c]; f < _starts[c + 1]; f++)
                    encoded[f] = T.Min(
                        T.Max(Share(f, x), T.CreateTruncating(_lower[f])), T.CreateTruncating(_upper[f]));
            }
    }

    private static int FeatureCount(float[][] edges)
    {
        var count = edges.Sum(e => (long)FeaturesOf(e));
        return count <= Array.MaxLength
            ? (int)count
            : throw new ArgumentException($"The columns have {count} features, and {Array.MaxLength} are possible.");
    }

    private static string? Misfit(float[] edges)
    {
        if (edges.Length == 1)
            return "has one edge; a bin needs two";
        for (var e = 0; e < edges.Length; e++)
        {
            if (!float.IsFinite(edges[e]))
                return string.Create(CultureInfo.InvariantCulture, $"has the edge {edges[e]}; edges must be finite");
            if (e > 0 && (double)edges[e] - edges[e - 1] < MinimumWidth)
                return string.Create(CultureInfo.InvariantCulture,
                    $"has the edge {edges[e]} after {edges[e - 1]}; "
                    + $"each must exceed the one before by {MinimumWidth:g3}");
        }
        return null;
    }

    /// <summary>The first bin's feature, and where the edges between the bins begin and end.</summary>
    private readonly record struct Bins(int First, int From, int To);
}
