namespace Alice.ML.Landscape;

/// <summary>The loss along the direction of a step, compared with the predictions of a quadratic model and of the glass
/// model. Immutable.</summary>
/// <remarks>Both models predict the loss L₀ + g·δ t + ½ κ t² after t steps δ. κ is the slope of the directional
/// gradient δ·∇L, measured at distances up to the radius of the report. The models differ in how far the loss may
/// deviate from the prediction. A quadratic loss deviates only by the error of κ, which is estimated from measurements
/// at several distances. In the glass model, the gradient of each parameter follows a Brownian motion of density ρ. The
/// standard deviation of the loss is then √(Σ ρ |δ|³ / 3) t^(3/2) if the deviations of the parameters are independent,
/// and Σ √(ρ |δ|³ / 3) t^(3/2) if they are all aligned. The truth lies in between, because one ReLU boundary shifts the
/// gradients of many parameters together.
/// </remarks>
public sealed class LandscapeLine
{
    /// <summary>Half-width of the bands in standard deviations. 95.4% of normally distributed deviations lie
    /// within.</summary>
    public const double BandWidth = 2;

    internal LandscapeLine(double gradient, double curvature, IReadOnlyList<LinePoint> points)
    {
        Gradient = gradient;
        Curvature = curvature;
        Points = points;
    }

    /// <summary>g·δ: slope of the loss at t = 0, per step.</summary>
    public double Gradient { get; }

    /// <summary>κ: slope of the directional gradient δ·∇L, in units of the loss per step squared.</summary>
    public double Curvature { get; }

    /// <summary>The points along the step, starting at t = 0.</summary>
    public IReadOnlyList<LinePoint> Points { get; }

    /// <summary>The first t at which the loss is outside the band of the quadratic model. Null if there is
    /// none.</summary>
    public double? QuadraticFailsAt => Points.FirstOrDefault(p => !p.QuadraticCovers)?.Steps;

    /// <summary>The first t at which the loss is outside the band of the glass model. Null if there is none.</summary>
    public double? GlassFailsAt => Points.FirstOrDefault(p => !p.GlassCovers)?.Steps;
}

/// <summary>A point along the step. Bands are given by their half-width, <see cref="LandscapeLine.BandWidth"/> standard
/// deviations.</summary>
/// <param name="Steps">Distance t, in steps.</param>
/// <param name="Loss">The measured loss.</param>
/// <param name="Predicted">The predicted loss, L₀ + g·δ t + ½ κ t².</param>
/// <param name="QuadraticBand">Half-width of the band of the quadratic model, from the standard error of κ.</param>
/// <param name="GlassBand">Half-width of the band of the glass model if all deviations are aligned: the widest
/// possible.</param>
/// <param name="IndependentGlassBand">Half-width of the band of the glass model if the deviations are
/// independent.</param>
public sealed record LinePoint(
    double Steps, double Loss, double Predicted, double QuadraticBand, double GlassBand, double IndependentGlassBand)
{
    // Differences of losses are this uncertain by rounding, as a share of the loss.
    private const double Rounding = 1e-12;

    /// <summary>Whether the loss is within the band of the quadratic model.</summary>
    public bool QuadraticCovers => Covers(QuadraticBand);

    /// <summary>Whether the loss is within the combined bands of the quadratic model and of the glass model at its
    /// widest.</summary>
    public bool GlassCovers => Covers(QuadraticBand + GlassBand);

    private bool Covers(double band) => Math.Abs(Loss - Predicted) <= band + Rounding * Math.Abs(Loss);
}
