using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alice.ML.Training.Inputs;

/// <summary>The features that piecewise-linear encoding makes of standardized columns: each column's number as it is,
/// then one for each of its bins, which is Empty where the number lies below the bin, Empty + Scale where it lies
/// above, and linear between (Gorishniy et al. 2022, On Embeddings for Numerical Features in Tabular Deep Learning).
/// The first and last bin are open.
/// </summary>
internal sealed class EncodedColumns
{
    private readonly int[] _starts;
    private readonly float[] _lowerEdge;
    private readonly float[] _perWidth;

    // Inner edges of each column, filled up with infinity to whole vectors.
    private readonly int[] _innerStarts;
    private readonly float[] _inner;

    /// <param name="edges">Per column its edges, ascending, three or more; or none for a column without bins.</param>
    public EncodedColumns(float[][] edges)
    {
        Edges = edges;
        Columns = edges.Length;
        _starts = new int[Columns + 1];
        _innerStarts = new int[Columns + 1];
        var inner = new List<float>();
        for (var column = 0; column < Columns; column++)
        {
            _starts[column + 1] = _starts[column] + Math.Max(1, edges[column].Length);
            inner.AddRange(edges[column].Skip(1).SkipLast(1));
            while (inner.Count % Vector<float>.Count != 0)
                inner.Add(float.PositiveInfinity);
            _innerStarts[column + 1] = inner.Count;
        }
        _inner = [.. inner];
        Features = _starts[^1];
        (Empty, Scale) = (new float[Features], new float[Features]);
        (_lowerEdge, _perWidth) = (new float[Features], new float[Features]);
        for (var column = 0; column < Columns; column++)
            for (var bin = 1; bin < edges[column].Length; bin++)
            {
                _lowerEdge[_starts[column] + bin] = edges[column][bin - 1];
                _perWidth[_starts[column] + bin] = 1 / (edges[column][bin] - edges[column][bin - 1]);
            }
    }

    public float[][] Edges { get; }

    public int Columns { get; }

    public int Features { get; }

    /// <summary>Per feature its value where the number lies below the bin; 0 for numbers as they are.</summary>
    public float[] Empty { get; }

    /// <summary>Per feature what a number gains on its way through the bin; 0 for numbers as they are.</summary>
    public float[] Scale { get; }

    /// <summary>A column's features: the number as it is, its bins, and where they end.</summary>
    public (int Number, int End) Range(int column) => (_starts[column], _starts[column + 1]);

    /// <summary>The bin of a number and how far through it the number is, 0 to 1, or beyond in an open bin.</summary>
    /// <returns>The bin's feature; that of the number as it is, where the column has no bins.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public (int Feature, float Share) Locate(int column, float x)
    {
        var (number, end) = Range(column);
        if (end == number + 1)
            return (number, 0);
        var (edges, value) = (Vector<int>.Zero, new Vector<float>(x));
        for (var i = _innerStarts[column]; i < _innerStarts[column + 1]; i += Vector<float>.Count)
            edges -= Vector.LessThanOrEqual(new Vector<float>(_inner, i), value);
        var feature = number + 1 + Vector.Sum(edges);
        return (feature, (x - _lowerEdge[feature]) * _perWidth[feature]);
    }
}
