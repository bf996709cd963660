using System.Globalization;
using System.Text;

namespace Alice.ML.Landscape;

/// <summary>The result of a measurement by <see cref="LandscapeProbe"/>. Immutable.</summary>
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

    /// <summary>The loss at the parameters of the module.</summary>
    public double Loss { get; }

    /// <summary>The distance σ at which the glass density and the Hessian were measured.</summary>
    public double Radius { get; }

    /// <summary>Results for all parameters together.</summary>
    public LandscapeLayer Total { get; }

    /// <summary>Results for each layer. A layer is all parameters whose names in the module agree up to the last
    /// dot.</summary>
    public IReadOnlyList<LandscapeLayer> Layers { get; }

    /// <summary>The loss along the step.</summary>
    public LandscapeLine Line { get; }

    /// <summary>Number of gradient evaluations that the measurement took.</summary>
    public int GradientEvaluations { get; }

    /// <summary>The report as text: one line per layer and one for all parameters.</summary>
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

/// <summary>Results for the parameters of one layer, or of all. Immutable.</summary>
public sealed record LandscapeLayer
{
    internal LandscapeLayer()
    {
    }

    /// <summary>Name of the layer in the module, or "total" for all parameters.</summary>
    public required string Name { get; init; }

    /// <summary>Number of scalar parameters.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>How much the gradient varies at each distance, in ascending order of distance.</summary>
    public required IReadOnlyList<GradientVariation> Variation { get; init; }

    /// <summary>Power law of the mean square of the even part as a function of σ. Its exponent is the glass exponent: 1
    /// in glass and 4 for smooth losses. Null if no three neighboring distances follow a power law above the rounding
    /// noise.</summary>
    public required PowerLaw? Even { get; init; }

    /// <summary>Power law of the mean square of the odd part. Its exponent is 2 for smooth losses, and closer to 1 if
    /// glass outweighs the Hessian. Null as for <see cref="Even"/>.</summary>
    public required PowerLaw? Odd { get; init; }

    /// <summary>Mean glass density ρ: the variance of gradient changes per unit of distance, 2 E² / σ.</summary>
    public required double GlassDensity { get; init; }

    /// <summary>Root mean square of the products of the Hessian with random signs, without the contribution of glass:
    /// √(mean(O² − E²)) / σ. 0 if the mean is negative.</summary>
    public required double Hessian { get; init; }

    /// <summary>The predicted change of the loss by the step.</summary>
    public required StepTerms Step { get; init; }

    /// <summary>A short text: the kind of landscape, and the term that limits the step.</summary>
    public string Verdict => $"{Kind}; {Step.Verdict}";

    /// <summary>"glass", "smooth", "between glass and smooth" or "too noisy to tell", depending on the glass
    /// exponent.</summary>
    public string Kind => Even?.Exponent switch
    {
        null => "too noisy to tell",
        < 1.75 => "glass",
        > 3.25 => "smooth",
        _ => "between glass and smooth",
    };

    /// <summary>The results as one line of text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}: {ParameterCount} parameters, glass exponent {Even}, density {GlassDensity:g3}, |h| {Hessian:g3}; "
        + $"{Verdict}");
}

/// <summary>How much the gradient varies at distance σ. Let r be a direction of independent random signs, G₀ the
/// gradient at the parameters, and G₊ and G₋ the gradients at ± σ r. The even part is E = ½(G₊ + G₋) − G₀, the odd part
/// O = ½(G₊ − G₋). Means are over directions and parameters.</summary>
/// <param name="Distance">Distance σ, in every parameter.</param>
/// <param name="EvenMeanSquare">Mean of E².</param>
/// <param name="EvenStandardError">Standard error of the mean, over the directions.</param>
/// <param name="OddMeanSquare">Mean of O².</param>
/// <param name="OddStandardError">Standard error of the mean, over the directions.</param>
public sealed record GradientVariation(
    double Distance, double EvenMeanSquare, double EvenStandardError, double OddMeanSquare, double OddStandardError);

/// <summary>The change of the loss by a step δ that the model of the paper predicts, summed over the parameters: g δ +
/// ½ h δ² + c √ρ |δ|^(3/2), with c = √(2/(3π)) and the absolute Hessian h (arXiv 2411.16914).</summary>
/// <param name="Gradient">The gradient term Σ g δ, below 0 for a step downhill.</param>
/// <param name="Hessian">The Hessian term Σ ½ h δ².</param>
/// <param name="Glass">The glass term Σ c √ρ |δ|^(3/2).</param>
public sealed record StepTerms(double Gradient, double Hessian, double Glass)
{
    /// <summary>Share of the gradient term in the sum of the absolute values of the three terms, 0 to 1.</summary>
    public double GradientShare => Share(Gradient);

    /// <summary>Share of the Hessian term, 0 to 1.</summary>
    public double HessianShare => Share(Hessian);

    /// <summary>Share of the glass term, 0 to 1.</summary>
    public double GlassShare => Share(Glass);

    /// <summary>A short text that says which term limits the step.</summary>
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
