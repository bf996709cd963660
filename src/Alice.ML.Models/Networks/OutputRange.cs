using System.Globalization;

namespace Alice.ML.Models.Networks;

/// <summary>Holds the outputs of a regression network near the labels of training. Between the bounds an output stays
/// as it is; beyond one, an excess t becomes t·w/(t + w), with w a tenth of the distance between the bounds. NaN stays
/// NaN.
/// </summary>
/// <param name="Lower">The least label of training, less a margin.</param>
/// <param name="Upper">The largest one, and a margin.</param>
internal sealed record OutputRange(float Lower, float Upper)
{
    private const double WidthShare = 0.1;
    private const double MostExcess = 1e200;

    /// <summary>Why the bounds make no sense; null where they do.</summary>
    public string? Misfit => float.IsFinite(Lower) && float.IsFinite(Upper) && Lower < Upper
        ? null
        : string.Create(CultureInfo.InvariantCulture,
            $"The outputs have the bounds {Lower} and {Upper}; they must be finite and ascending.");

    /// <summary>How far beyond a bound an output may come.</summary>
    public double Width => WidthShare * ((double)Upper - Lower);

    /// <summary>The range that holds this one and another; this one where there is no other.</summary>
    public OutputRange With(OutputRange? other) =>
        other is null ? this : new(Math.Min(Lower, other.Lower), Math.Max(Upper, other.Upper));

    /// <summary>Holds outputs, in place.</summary>
    public void Hold(Span<float> outputs)
    {
        foreach (ref var output in outputs)
            output = (float)Hold((double)output);
    }

    /// <summary>An output, held.</summary>
    public double Hold(double output) => output > Upper ? Upper + Excess(output - Upper)
        : output < Lower ? Lower - Excess(Lower - output)
        : output;

    private double Excess(double t)
    {
        t = Math.Min(t, MostExcess);
        return t * Width / (t + Width);
    }
}
