namespace Alice.ML.Landscape;

/// <summary>The loss from the point of measurement along the step, and what the quadratic and the glass predict of it.
/// Immutable.
/// </summary>
/// <remarks>Both predict L₀ + g·δ t + ½ κ t² at t steps, with κ the slope of the directional gradient δ·∇L at distances
/// up to the radius of the report. They differ in how far the loss may be from that. Were the loss quadratic, only by
/// the error of κ, which its measurements at several distances show. In glass the gradient of each parameter goes on as
/// Brownian motion of density ρ, so the loss deviates by a standard deviation between √(Σ ρ |δ|³ / 3) t^(3/2), were the
/// parameters' deviations independent, and Σ √(ρ |δ|³ / 3) t^(3/2), if all go the same way: one boundary of a ReLU
/// shifts the gradients of many parameters together.
/// </remarks>
public sealed class LandscapeLine
{
    /// <summary>The bands' half-width in standard deviations: 95.4 % of normal deviations are inside.</summary>
    public const double BandWidth = 2;

    internal LandscapeLine(double gradient, double curvature, IReadOnlyList<LinePoint> points)
    {
        Gradient = gradient;
        Curvature = curvature;
        Points = points;
    }

    /// <summary>g·δ: slope of the loss, per step.</summary>
    public double Gradient { get; }

    /// <summary>κ: slope of the directional gradient, per step.</summary>
    public double Curvature { get; }

    /// <summary>From the start, at t = 0, on.</summary>
    public IReadOnlyList<LinePoint> Points { get; }

    /// <summary>The first t at which the loss leaves the quadratic's band; null: nowhere.</summary>
    public double? QuadraticFailsAt => Points.FirstOrDefault(p => !p.QuadraticCovers)?.Steps;

    /// <summary>The first t at which the loss leaves the band of glass; null: nowhere.</summary>
    public double? GlassFailsAt => Points.FirstOrDefault(p => !p.GlassCovers)?.Steps;
}

/// <summary>A point along the step. Losses are totals, deviations half-widths of bands of
/// <see cref="LandscapeLine.BandWidth"/>.</summary>
/// <param name="Steps">t: how far, in steps.</param>
/// <param name="Loss">The true loss.</param>
/// <param name="Predicted">L₀ + g·δ t + ½ κ t².</param>
/// <param name="QuadraticBand">Half-width that a quadratic loss would allow: that of κ's standard error.</param>
/// <param name="GlassBand">Half-width of glass whose deviations all go the same way, the most it can be.</param>
/// <param name="IndependentGlassBand">Half-width of glass whose deviations are independent.</param>
public sealed record LinePoint(
    double Steps, double Loss, double Predicted, double QuadraticBand, double GlassBand, double IndependentGlassBand)
{
    // Differences of losses are this uncertain by rounding, as a share of the loss.
    private const double Rounding = 1e-12;

    /// <summary>Whether the loss is within the quadratic's band.</summary>
    public bool QuadraticCovers => Covers(QuadraticBand);

    /// <summary>Whether the loss is within the widest band of glass and the quadratic's.</summary>
    public bool GlassCovers => Covers(QuadraticBand + GlassBand);

    private bool Covers(double band) => Math.Abs(Loss - Predicted) <= band + Rounding * Math.Abs(Loss);
}
