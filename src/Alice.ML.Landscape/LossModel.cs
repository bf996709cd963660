using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>What a change δ of one parameter is expected to add to the loss: ½ h δ² + c √ρ |δ|^(3/2) (arXiv
/// 2411.16914), h the Hessian's diagonal.
/// </summary>
/// <remarks>The paper's estimate begins with g δ. It is right for one parameter alone. Parameters that are chosen by it
/// all go downhill together, and the Hessian off the diagonal, which is not measured, makes them overshoot: the gains
/// do not add up.
/// </remarks>
/// <param name="loss">The loss without a change.</param>
/// <param name="gradient">g [parameters].</param>
/// <param name="diagonal">h [parameters].</param>
/// <param name="density">ρ [parameters].</param>
internal sealed class LossModel(double loss, double[] gradient, double[] diagonal, double[] density)
{
    /// <summary>The loss without a change.</summary>
    public double Loss => loss;

    // Each round has random directions of its own.
    public static LossModel Measure(GradientProbe probe, Tensor centre, PruneOptions options, int round)
    {
        var (loss, gradient) = probe.At(centre);
        var signs = RandomSigns.Draw(centre, options.Directions, AliceDirections.Key((ulong)options.Seed, round));
        var curvature = Curvature.Measure(probe, centre, gradient, signs, options.Radius);
        return new LossModel(loss, Values(gradient), Values(curvature.Diagonal), Values(curvature.Density));
    }

    /// <summary>The costs of changes [parameters], 0 or more, each as if made alone.</summary>
    public double[] Of(double[] changes) => [.. changes.Select((change, i) =>
    {
        var length = Math.Abs(change);
        // A diagonal below 0 is noise of the estimate, or would not go on for a change as long as a weight.
        return Math.Max(0, diagonal[i]) * length * length / 2 + Curvature.LossDeviation
            * Math.Sqrt(density[i] * length) * length;
    })];

    /// <summary>The costs with the gradient's term g δ.</summary>
    public double[] WithGradient(double[] changes) =>
        [.. Of(changes).Select((cost, i) => cost + gradient[i] * changes[i])];

    private static double[] Values(Tensor tensor) => tensor.data<double>().ToArray();
}
