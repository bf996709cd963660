using System.Globalization;

namespace Alice.ML.Models.Networks;

/// <summary>Limits the outputs of a regression network to about the range of the training labels. Between the bounds,
/// outputs are not changed. Beyond a bound, an excess t becomes t·w/(t + w), where w is a tenth of the distance between
/// the bounds. NaN stays NaN.</summary>
/// <param name="Lower">The smallest training label minus a margin.</param>
/// <param name="Upper">The largest training label plus a margin.</param>
internal sealed record OutputRange(float Lower, float Upper)
{
    private const double WidthShare = 0.1;
    private const double MostExcess = 1e200;

    /// <summary>Why the bounds are invalid. Null if they are valid.</summary>
    public string? Misfit => float.IsFinite(Lower) && float.IsFinite(Upper) && Lower < Upper
        ? null
        : string.Create(CultureInfo.InvariantCulture,
            $"The outputs have the bounds {Lower} and {Upper}; they must be finite and ascending.");

    /// <summary>Maximum excess beyond a bound.</summary>
    public double Width => WidthShare * ((double)Upper - Lower);

    /// <summary>The union of this range and another. This range if there is no other.</summary>
    public OutputRange With(OutputRange? other) =>
        other is null ? this : new(Math.Min(Lower, other.Lower), Math.Max(Upper, other.Upper));

    /// <summary>Limits outputs, in place.</summary>
    public void Hold(Span<float> outputs)
    {
        foreach (ref var output in outputs)
            output = (float)Hold((double)output);
    }

    /// <summary>Limits one output.</summary>
    public double Hold(double output) => output > Upper ? Upper + Excess(output - Upper)
        : output < Lower ? Lower - Excess(Lower - output)
        : output;

    private double Excess(double t)
    {
        t = Math.Min(t, MostExcess);
        return t * Width / (t + Width);
    }
}
