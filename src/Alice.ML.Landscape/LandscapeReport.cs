using System.Globalization;
using System.Text;

namespace Alice.ML.Landscape;

/// <summary>What <see cref="LandscapeProbe"/> found. Immutable.</summary>
public sealed class LandscapeReport
{
    internal LandscapeReport(
        double loss, double radius, LandscapeLayer total, IReadOnlyList<LandscapeLayer> layers, LandscapeLine line,
        int evaluations)
    {
        Loss = loss;
        Radius = radius;
        Total = total;
        Layers = layers;
        Line = line;
        GradientEvaluations = evaluations;
    }

    /// <summary>The loss where it was measured.</summary>
    public double Loss { get; }

    /// <summary>The distance σ at which glass density and Hessian were measured.</summary>
    public double Radius { get; }

    /// <summary>All parameters together.</summary>
    public LandscapeLayer Total { get; }

    /// <summary>Each layer: parameters whose names in the module agree up to the last dot.</summary>
    public IReadOnlyList<LandscapeLayer> Layers { get; }

    /// <summary>The loss along the step.</summary>
    public LandscapeLine Line { get; }

    /// <summary>How many gradients this took.</summary>
    public int GradientEvaluations { get; }

    /// <summary>A line for each layer and one for all.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Loss {Loss:g6}; glass density and Hessian at σ = {Radius:g3}; "
            + $"{GradientEvaluations} gradient evaluations.");
        foreach (var layer in Layers)
            text.AppendLine(layer.ToString());
        return text.Append(Total).ToString();
    }
}

/// <summary>What was found of the parameters of one layer, or of all. Immutable.</summary>
public sealed record LandscapeLayer
{
    internal LandscapeLayer()
    {
    }

    /// <summary>The layer's name in the module; "total" for all.</summary>
    public required string Name { get; init; }

    /// <summary>How many numbers its parameters are.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>How much the gradient varies at each distance, ascending.</summary>
    public required IReadOnlyList<GradientVariation> Variation { get; init; }

    /// <summary>The power of σ by which the even part's mean square grows: its exponent is the glass exponent, 1 in
    /// glass and 4 for smooth losses. Null where no three neighboring distances follow one power above the noise of
    /// rounding.
    /// </summary>
    public required PowerLaw? Even { get; init; }

    /// <summary>The same for the odd part: 2 for smooth losses, nearer to 1 where glass outweighs the
    /// Hessian.</summary>
    public required PowerLaw? Odd { get; init; }

    /// <summary>Mean glass density ρ: variance of a gradient change per unit of distance, 2 E² / σ.</summary>
    public required double GlassDensity { get; init; }

    /// <summary>Root mean square of the Hessian's products with random signs, freed of what glass adds to them:
    /// √(mean(O² − E²)) / σ, and 0 where that is negative.
    /// </summary>
    public required double Hessian { get; init; }

    /// <summary>What the step should change the loss by.</summary>
    public required StepTerms Step { get; init; }

    /// <summary>What kind of landscape this is, and which term matters at this step, in words.</summary>
    public string Verdict => $"{Kind}; {Step.Verdict}";

    /// <summary>"glass", "smooth", "between glass and smooth" or "too noisy to tell", by the glass exponent.</summary>
    public string Kind => Even?.Exponent switch
    {
        null => "too noisy to tell",
        < 1.75 => "glass",
        > 3.25 => "smooth",
        _ => "between glass and smooth",
    };

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}: {ParameterCount} parameters, glass exponent {Even}, density {GlassDensity:g3}, |h| {Hessian:g3}; "
        + $"{Verdict}");
}

/// <summary>How much the gradient varies at distance σ: means over directions r of independent signs and over the
/// parameters. With G₀ the gradient in the middle and G₊, G₋ those at ± σ r: even part E = ½(G₊ + G₋) − G₀, odd part O
/// = ½(G₊ − G₋).
/// </summary>
/// <param name="Distance">σ, in every parameter.</param>
/// <param name="EvenMeanSquare">Mean of E².</param>
/// <param name="EvenStandardError">Its standard error, over the directions.</param>
/// <param name="OddMeanSquare">Mean of O².</param>
/// <param name="OddStandardError">Its standard error, over the directions.</param>
public sealed record GradientVariation(
    double Distance, double EvenMeanSquare, double EvenStandardError, double OddMeanSquare, double OddStandardError);

/// <summary>What the paper's model expects a step δ to change the loss by, summed over parameters: g δ + ½ h δ² + c √ρ
/// |δ|^(3/2) with c = √(2/(3π)) (arXiv 2411.16914), h the magnitude of the Hessian.
/// </summary>
/// <param name="Gradient">Σ g δ: below 0 for a step downhill.</param>
/// <param name="Hessian">Σ ½ h δ².</param>
/// <param name="Glass">Σ c √ρ |δ|^(3/2).</param>
public sealed record StepTerms(double Gradient, double Hessian, double Glass)
{
    /// <summary>Share of the gradient in the sum of the three magnitudes, 0 to 1.</summary>
    public double GradientShare => Share(Gradient);

    /// <summary>Share of the Hessian, 0 to 1.</summary>
    public double HessianShare => Share(Hessian);

    /// <summary>Share of the glass, 0 to 1.</summary>
    public double GlassShare => Share(Glass);

    /// <summary>Which term matters here, in words.</summary>
    public string Verdict
    {
        get
        {
            const double minor = 0.02, twice = 2;
            if (HessianShare + GlassShare < minor)
                return "the gradient alone decides: the step is short for this landscape";
            var (larger, smaller, name) = Glass > Hessian ? (Glass, Hessian, "glass") : (Hessian, Glass, "the Hessian");
            return larger < twice * smaller ? "glass and the Hessian both bound the step" : $"{name} bounds the step";
        }
    }

    private double Share(double term) =>
        Math.Abs(Gradient) + Hessian + Glass is var sum and > 0 ? Math.Abs(term) / sum : 0;
}
