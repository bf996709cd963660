using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>Follows the loss along a step and predicts it from what was measured at its start.</summary>
internal static class LineProbe
{
    /// <summary>Distances, each on both sides of the start, at which the slope of the directional gradient is
    /// measured.</summary>
    public const int Slopes = 4;

    public static LandscapeLine Follow(
        GradientProbe probe, Tensor centre, Tensor gradient, double loss, Tensor step, Tensor density,
        LandscapeOptions options)
    {
        using var scope = NewDisposeScope();
        var slope = Statistics.Dot(gradient, step);
        var (curvature, error) = Curvature(probe, centre, step, options.Radius);
        // The variance of the loss after the whole step, parameter by parameter.
        var variance = density * step.abs().pow_(tensor(3.0)).Scale(1.0 / 3);
        var independent = Math.Sqrt(Statistics.Sum(variance));
        var together = Statistics.Sum(variance.sqrt_());

        var points = new List<LinePoint> { new(0, loss, loss, 0, 0, 0) };
        for (var i = 1; i <= options.LinePoints; i++)
        {
            using var each = NewDisposeScope();
            var t = options.LineLength * i / options.LinePoints;
            var (there, _) = probe.At(centre.Plus(step * step.Constant(t)));
            var growth = LandscapeLine.BandWidth * Math.Pow(t, 1.5);
            points.Add(new LinePoint(t, there, loss + slope * t + 0.5 * curvature * t * t,
                LandscapeLine.BandWidth * 0.5 * error * t * t, growth * together, growth * independent));
        }
        return new LandscapeLine(slope, curvature, points);
    }

    /// <summary>The slope of the directional gradient per step, and its standard error over the distances it is
    /// measured at.</summary>
    private static (double Slope, double StandardError) Curvature(
        GradientProbe probe, Tensor centre, Tensor step, double radius)
    {
        var size = Math.Sqrt(Statistics.MeanSquare(step));
        if (size == 0)
            return (0, 0);
        var reach = Math.Min(1, radius / size);
        var slopes = new double[Slopes];
        for (var i = 0; i < Slopes; i++)
        {
            using var scope = NewDisposeScope();
            var t = reach * (i + 1) / Slopes;
            var (plus, minus) = (probe.At(centre.Plus(step * step.Constant(t))),
                probe.At(centre - step * step.Constant(t)));
            slopes[i] = Statistics.Dot(plus.Gradient - minus.Gradient, step) / (2 * t);
        }
        return Statistics.MeanAndError(slopes);
    }
}
