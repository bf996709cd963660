using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>
/// What a change δ of one parameter is expected to add to the loss: ½ h δ² + c √ρ |δ|^(3/2) (arXiv 2411.16914), h the Hessian's diagonal.
/// </summary>
/// <remarks>
/// The paper's estimate has g δ before it. That term is left out where many parameters change: of one parameter it is right, but those chosen
/// by it all go downhill along the same directions, where the Hessian off the diagonal makes them overshoot together.
/// </remarks>
internal sealed class LossModel
{
    private readonly double[] _gradient;
    private readonly double[] _diagonal;
    private readonly double[] _density;

    private LossModel(double loss, Tensor gradient, Curvature curvature)
    {
        Loss = loss;
        _gradient = gradient.data<double>().ToArray();
        _diagonal = curvature.Diagonal.data<double>().ToArray();
        _density = curvature.Density.data<double>().ToArray();
    }

    /// <summary>The loss without a change.</summary>
    public double Loss { get; }

    // Each round has random directions of its own.
    public static LossModel Measure(GradientProbe probe, Tensor centre, PruneOptions options, int round)
    {
        var (loss, gradient) = probe.At(centre);
        var signs = RandomSigns.Draw(centre, options.Directions, AliceDirections.Key((ulong)options.Seed, round));
        return new LossModel(loss, gradient, Curvature.Measure(probe, centre, gradient, signs, options.Radius));
    }

    /// <summary>The costs of changes [parameters], 0 or more, each as if made alone.</summary>
    public double[] Of(double[] changes) => [.. changes.Select((change, i) =>
    {
        var length = Math.Abs(change);
        // A diagonal below 0 is noise of the estimate, or would not go on for a change as long as a weight.
        return Math.Max(0, _diagonal[i]) * length * length / 2 + Curvature.LossDeviation * Math.Sqrt(_density[i] * length) * length;
    })];

    /// <summary>The costs with the gradient's term g δ.</summary>
    public double[] WithGradient(double[] changes) => [.. Of(changes).Select((cost, i) => cost + _gradient[i] * changes[i])];
}
