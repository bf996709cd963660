using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>What a change δ of one parameter should add to the loss: g δ + ½ h δ² + c √ρ |δ|^(3/2), h the Hessian's diagonal.</summary>
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

    public static LossModel Measure(GradientProbe probe, Tensor centre, PruneOptions options)
    {
        var (loss, gradient) = probe.At(centre);
        var signs = RandomSigns.Draw(centre, options.Directions, AliceDirections.Key((ulong)options.Seed, 0));
        return new LossModel(loss, gradient, Curvature.Measure(probe, centre, gradient, signs, options.Radius));
    }

    /// <summary>The costs of changes, each as if made alone.</summary>
    public double[] Of(double[] changes) => [.. changes.Select((change, i) =>
    {
        var length = Math.Abs(change);
        // A diagonal below 0 is noise of the estimate, or would not go on for a change as long as a weight.
        return _gradient[i] * change + Math.Max(0, _diagonal[i]) * length * length / 2
            + Curvature.LossDeviation * Math.Sqrt(_density[i] * length) * length;
    })];
}
