using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Alice.ML.Models.Inputs;

/// <summary>What a model does to the features of a row before its networks see them: each is shifted and scaled, held
/// near the range that it had in training, and a missing one (NaN) becomes 0. Immutable and thread-safe.
/// </summary>
/// <remarks>For a feature x: z = (x − center) · scale. Between lower and upper z stays as it is. Beyond a bound, an
/// excess t adds t·w/(t + w) in place of t, with w a tenth of the distance between the bounds: smooth, monotone, never
/// further than w. Then come the indicators: one for each feature that was missing in some rows of training, 1 where it
/// is missing and 0 elsewhere. Every value is rounded in the same way whatever the processor, for dense and for sparse
/// rows.
/// </remarks>
internal sealed class FeaturePreparation
{
    private const float WidthShare = 0.1f;

    // Both keep quotients finite: of a column that does not vary, and of an excess that is infinite.
    private const float LeastWidth = 1e-6f;

    /// <summary>A larger excess counts as this.</summary>
    public const float MostExcess = 1e18f;

    private readonly float[] _centres;
    private readonly float[] _scales;
    private readonly float[] _lower;
    private readonly float[] _upper;
    private readonly float[] _widths;
    private readonly int[] _indicators;

    // Columns whose zeros do not stay zeros, ascending.
    private readonly int[] _shifted;

    /// <param name="features">How each feature is prepared.</param>
    /// <exception cref="ArgumentException">No feature, or one with numbers that make no sense.</exception>
    public FeaturePreparation(IReadOnlyList<AliceFeature> features)
    {
        if (features.Count == 0)
            throw new ArgumentException("There are no features to prepare.", nameof(features));
        for (var c = 0; c < features.Count; c++)
            if (Misfit(features[c]) is { } why)
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Feature {c} {why}."), nameof(features));
        Features = Array.AsReadOnly(features.ToArray());
        _centres = [.. features.Select(feature => feature.Center)];
        _scales = [.. features.Select(feature => feature.Scale)];
        _lower = [.. features.Select(feature => feature.Lower)];
        _upper = [.. features.Select(feature => feature.Upper)];
        _widths = [.. features.Select(feature => Math.Max(LeastWidth, (feature.Upper - feature.Lower) * WidthShare))];
        _indicators = [.. Enumerable.Range(0, features.Count).Where(c => features[c].HasMissingIndicator)];
        _shifted = [.. Enumerable.Range(0, features.Count).Where(c => Prepare(0, c) != 0)];
    }

    /// <summary>How each feature is prepared.</summary>
    public IReadOnlyList<AliceFeature> Features { get; }

    /// <summary>Features of a row.</summary>
    public int InputCount => _centres.Length;

    /// <summary>Prepared features of a row: the features, then the indicators.</summary>
    public int OutputCount => _centres.Length + _indicators.Length;

    /// <summary>Features that have an indicator, ascending; indicator k is prepared feature <see cref="InputCount"/> +
    /// k.</summary>
    public ReadOnlySpan<int> Indicators => _indicators;

    /// <summary>How far beyond its bounds each feature may come.</summary>
    public ReadOnlySpan<float> Widths => _widths;

    /// <summary>The most values that
    /// <see cref="Prepare(ReadOnlySpan{float}, ReadOnlySpan{int}, Span{float}, Span{int})"/> may give.</summary>
    /// <param name="stored">Values of the sparse row.</param>
    public int MostStored(int stored) => Math.Min(OutputCount, _shifted.Length + 2 * stored);

    /// <summary>Prepares a dense row.</summary>
    /// <param name="row"><see cref="InputCount"/> features.</param>
    /// <param name="prepared">Room for <see cref="OutputCount"/> values. It may begin where <paramref name="row"/>
    /// does.</param>
    public void Prepare(ReadOnlySpan<float> row, Span<float> prepared)
    {
        row = row[..InputCount];
        // Read before the features are overwritten in place.
        for (var k = 0; k < _indicators.Length; k++)
            prepared[InputCount + k] = float.IsNaN(row[_indicators[k]]) ? 1 : 0;
        var x = MemoryMarshal.Cast<float, Vector<float>>(row);
        var z = MemoryMarshal.Cast<float, Vector<float>>(prepared[..InputCount]);
        for (var v = 0; v < x.Length; v++)
        {
            var c = v * Vector<float>.Count;
            var scaled = (x[v] - new Vector<float>(_centres, c)) * new Vector<float>(_scales, c);
            scaled = Vector.ConditionalSelect(Vector.Equals(scaled, scaled), scaled, Vector<float>.Zero);
            var (lower, upper) = (new Vector<float>(_lower, c), new Vector<float>(_upper, c));
            if (Vector.LessThanAny(scaled, lower) || Vector.GreaterThanAny(scaled, upper))
            {
                var width = new Vector<float>(_widths, c);
                var held = Vector.Min(Vector.Max(scaled, lower), upper);
                scaled = held + Excess(scaled - upper, width) - Excess(lower - scaled, width);
            }
            z[v] = scaled;
        }
        for (var c = x.Length * Vector<float>.Count; c < InputCount; c++)
            prepared[c] = Prepare(row[c], c);
    }

    /// <summary>Prepares a sparse row.</summary>
    /// <param name="values">The values at the indices; the others are 0.</param>
    /// <param name="indices">Ascending.</param>
    /// <param name="prepared">Room for <see cref="MostStored"/> values.</param>
    /// <param name="preparedIndices">As much room for their places, ascending.</param>
    /// <returns>How many there are.</returns>
    public int Prepare(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> prepared,
        Span<int> preparedIndices)
    {
        int count = 0, shifted = 0;
        for (var k = 0; k < indices.Length; k++)
        {
            for (; shifted < _shifted.Length && _shifted[shifted] < indices[k]; shifted++)
                (prepared[count], preparedIndices[count++]) = (Prepare(0, _shifted[shifted]), _shifted[shifted]);
            if (shifted < _shifted.Length && _shifted[shifted] == indices[k])
                shifted++;
            (prepared[count], preparedIndices[count++]) = (Prepare(values[k], indices[k]), indices[k]);
        }
        for (; shifted < _shifted.Length; shifted++)
            (prepared[count], preparedIndices[count++]) = (Prepare(0, _shifted[shifted]), _shifted[shifted]);
        if (_indicators.Length > 0)
            for (var k = 0; k < indices.Length; k++)
                if (float.IsNaN(values[k]) && Array.BinarySearch(_indicators, indices[k]) is >= 0 and var indicator)
                    (prepared[count], preparedIndices[count++]) = (1, InputCount + indicator);
        return count;
    }

    /// <summary>A feature, prepared.</summary>
    private float Prepare(float x, int c)
    {
        var z = (x - _centres[c]) * _scales[c];
        if (float.IsNaN(z))
            return 0;
        if (z >= _lower[c] && z <= _upper[c])
            return z;
        return Math.Min(Math.Max(z, _lower[c]), _upper[c]) + Excess(z - _upper[c], _widths[c])
            - Excess(_lower[c] - z, _widths[c]);
    }

    private static Vector<float> Excess(Vector<float> beyond, Vector<float> width)
    {
        var t = Vector.Min(Vector.Max(beyond, Vector<float>.Zero), new Vector<float>(MostExcess));
        return t * width / (t + width);
    }

    private static float Excess(float beyond, float width)
    {
        var t = Math.Min(Math.Max(beyond, 0), MostExcess);
        return t * width / (t + width);
    }

    private static string? Misfit(AliceFeature feature)
    {
        if (!float.IsFinite(feature.Center) || !float.IsFinite(feature.Scale) || feature.Scale < 0)
            return $"has center {feature.Center} and scale {feature.Scale}; both must be finite, the scale 0 or more";
        if (!float.IsFinite(feature.Lower) || !float.IsFinite(feature.Upper) || feature.Lower > feature.Upper)
            return $"has the bounds {feature.Lower} and {feature.Upper}; they must be finite and ascending";
        return null;
    }
}
