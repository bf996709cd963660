using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Alice.ML.Models;

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

    // Feature f is min(max((x − shift[f]) · scale[f], lower[f]), upper[f]) with the number x of its column.
    private readonly float[] _shifts;
    private readonly float[] _scales;
    private readonly float[] _lower;
    private readonly float[] _upper;

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
        var f = 0;
        foreach (var column in _edges)
        {
            f++;
            for (var t = 1; t < column.Length; t++, f++)
            {
                _shifts[f] = column[t - 1];
                _scales[f] = (float)(1 / ((double)column[t] - column[t - 1]));
                if (t > 1)
                    _lower[f] = 0;
                if (t < column.Length - 1)
                    _upper[f] = 1;
            }
        }
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

    /// <summary>How many features a column gets: its number and one for each bin.</summary>
    public static int FeaturesOf(float[] edges) => Math.Max(edges.Length, 1);

    /// <summary>Encodes one row.</summary>
    /// <param name="row"><see cref="InputCount"/> numbers.</param>
    /// <param name="encoded">Room for <see cref="OutputCount"/> features.</param>
    /// <exception cref="ArgumentException">A span of another length.</exception>
    public void Encode(ReadOnlySpan<float> row, Span<float> encoded) => Encode(row, 1, encoded);

    /// <summary>Encodes many rows.</summary>
    /// <param name="rows">Row-major [<paramref name="count"/>, <see cref="InputCount"/>].</param>
    /// <param name="count">How many rows.</param>
    /// <param name="encoded">Row-major [<paramref name="count"/>, <see cref="OutputCount"/>].</param>
    /// <exception cref="ArgumentException">A span of another length.</exception>
    public void Encode(ReadOnlySpan<float> rows, int count, Span<float> encoded)
    {
        if (rows.Length != (long)count * InputCount || encoded.Length != (long)count * OutputCount)
            throw new ArgumentException(
                $"{count} rows have {(long)count * InputCount} numbers and {(long)count * OutputCount} features, "
                + $"not {rows.Length} and {encoded.Length}.");
        for (var r = 0; r < count; r++)
        {
            var features = encoded.Slice(r * OutputCount, OutputCount);
            Spread(rows.Slice(r * InputCount, InputCount), features);
            ClampDifferences(features);
        }
    }

    /// <summary>As <see cref="Encode(ReadOnlySpan{float}, Span{float})"/>, in double precision.</summary>
    public void Encode(ReadOnlySpan<float> row, Span<double> encoded)
    {
        var f = 0;
        for (var c = 0; c < _edges.Length; c++)
            for (var end = f + FeaturesOf(_edges[c]); f < end; f++)
                encoded[f] = Math.Min(Math.Max(((double)row[c] - _shifts[f]) * _scales[f], _lower[f]), _upper[f]);
    }

    /// <summary>Each number into the places of its features.</summary>
    private void Spread(ReadOnlySpan<float> row, Span<float> features)
    {
        var f = 0;
        for (var c = 0; c < _edges.Length; c++)
        {
            var count = FeaturesOf(_edges[c]);
            features.Slice(f, count).Fill(row[c]);
            f += count;
        }
    }

    private void ClampDifferences(Span<float> features)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(features);
        var shifts = MemoryMarshal.Cast<float, Vector<float>>(_shifts);
        var scales = MemoryMarshal.Cast<float, Vector<float>>(_scales);
        var lower = MemoryMarshal.Cast<float, Vector<float>>(_lower);
        var upper = MemoryMarshal.Cast<float, Vector<float>>(_upper);
        for (var v = 0; v < vectors.Length; v++)
            vectors[v] = Vector.Min(Vector.Max((vectors[v] - shifts[v]) * scales[v], lower[v]), upper[v]);
        for (var f = vectors.Length * Vector<float>.Count; f < features.Length; f++)
            features[f] = MathF.Min(MathF.Max((features[f] - _shifts[f]) * _scales[f], _lower[f]), _upper[f]);
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
}
