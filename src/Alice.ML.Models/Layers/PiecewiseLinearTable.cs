using System.Runtime.InteropServices;

namespace Alice.ML.Models.Layers;

/// <summary>
/// The table of a <see cref="PiecewiseLinearLayer"/> under construction, made from the weights of the encoded features.
/// It adds up in double precision; a slope or an offset beyond a float is held at the largest one.
/// </summary>
internal readonly ref struct PiecewiseLinearTable
{
    private readonly int _outputs;
    private readonly ReadOnlySpan<float> _weights;
    private readonly double[] _biases;
    private readonly List<float> _rows = [];

    /// <param name="outputs">The units.</param>
    /// <param name="weights">Row-major [encoded features + 1, outputs]; the last row is the biases.</param>
    public PiecewiseLinearTable(int outputs, ReadOnlySpan<float> weights)
    {
        _outputs = outputs;
        _weights = weights;
        _biases = new double[outputs];
        for (var o = 0; o < outputs; o++)
            _biases[o] = weights[weights.Length - outputs + o];
    }

    /// <summary>Adds the row of a column without bins, whose number is the given feature.</summary>
    /// <returns>The row.</returns>
    public int AddPlain(int feature)
    {
        _rows.AddRange(_weights.Slice(feature * _outputs, _outputs));
        return _rows.Count / _outputs - 1;
    }

    /// <summary>
    /// Adds two rows for each bin of a column whose number is the given feature; the features of its bins follow.
    /// </summary>
    /// <returns>The first row, which is even: the first bin's slopes. Its offsets are in the next.</returns>
    public int AddBins(float[] edges, int feature)
    {
        var bins = edges.Length - 1;
        var first = _rows.Count;
        CollectionsMarshal.SetCount(_rows, checked(first + 2 * bins * _outputs));
        var rows = CollectionsMarshal.AsSpan(_rows)[first..];
        var offsets = new double[bins];
        for (var o = 0; o < _outputs; o++)
        {
            double number = _weights[feature * _outputs + o];
            var before = 0.0;
            for (var b = 0; b < bins; b++)
            {
                double weight = _weights[(feature + 1 + b) * _outputs + o];
                var width = (double)edges[b + 1] - edges[b];
                rows[2 * b * _outputs + o] = Saturate(number + weight / width);
                offsets[b] = number * edges[b] + before;
                before += weight;
            }
            var middle = offsets[bins / 2];
            _biases[o] += middle;
            for (var b = 0; b < bins; b++)
                rows[(2 * b + 1) * _outputs + o] = Saturate(offsets[b] - middle);
        }
        return first / _outputs;
    }

    /// <summary>The rows, then the biases.</summary>
    public float[] ToRows() => [.. _rows, .. Array.ConvertAll(_biases, Saturate)];

    public WideLayer ToLayer() => new(_rows.Count / _outputs, _outputs, ToRows());

    private static float Saturate(double value) => (float)Math.Clamp(value, -float.MaxValue, float.MaxValue);
}
