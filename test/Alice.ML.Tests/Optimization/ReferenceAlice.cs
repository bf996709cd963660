using Alice.ML.Optimization;

namespace Alice.ML.Tests.Optimization;

/// <summary>The update as ../shared/design/alice-update.md states it: one scalar at a time, in the paper's symbols,
/// with the options that are not in the paper.
/// </summary>
public sealed class ReferenceAlice(AliceOptimizerOptions options, double[] theta0)
{
    private readonly int _size = theta0.Length;
    private long _n;

    public double[] Mu { get; } = (double[])theta0.Clone();

    public double[] Nu { get; } = (double[])theta0.Clone();

    public double[] G { get; } = new double[theta0.Length];

    public double[] Rho { get; } = new double[theta0.Length];

    public double[] H { get; } = new double[theta0.Length];

    public double[] S { get; } = new double[theta0.Length];

    public void Step(Func<double[], double[]> gradient, Func<double[]> signs, double lr)
    {
        _n++;
        var (beta1, beta2, epsilon) = (options.Beta1, options.Beta2, options.Epsilon);
        var (lambda1, lambda2) = (options.L1Regularization, options.L2Regularization);
        var k = options.QuickSteps;
        var phi = options.StepFraction ?? 1 - beta1;
        var omega = options.LookAhead;
        var unit = options.ScaleBoundsWithLearningRate ? lr : options.LearningRate;
        var (lrMin, lrMax) = (options.MinimumStep * unit, options.MaximumStep * unit);
        var largest = lambda1 == 0 && lambda2 == 0 ? double.PositiveInfinity
            : (1 - beta1) / Math.Sqrt((1 - beta2) * (beta1 * beta1 < beta2 ? 1 - beta1 * beta1 / beta2 : 1));
        var sigma = options.PerturbationRadius ?? lr;

        var cap = (_n - 1.0) / _n;
        var b1 = Math.Min(beta1, cap);
        var b2 = Math.Min(beta2, cap);
        var b3 = Math.Min(1 - (k + 1) * (1 - beta2), cap);
        double window = options.StartingSteps ?? 1f / (1f - (float)beta1);

        var g0 = gradient(Nu);
        var raw = g0;
        if (_n <= window || _n % (k + 1) == 0)
        {
            var r = signs();
            var gPlus = gradient(Enumerable.Range(0, _size).Select(i => Nu[i] + sigma * r[i]).ToArray());
            var gMinus = gradient(Enumerable.Range(0, _size).Select(i => Nu[i] - sigma * r[i]).ToArray());
            for (var i = 0; i < _size; i++)
            {
                var hHat = (gPlus[i] - gMinus[i]) / 2 / sigma;
                H[i] = options.HessianEstimate switch
                {
                    HessianEstimate.RootMeanSquare => Mean(H[i], hHat * hHat + lambda2 * lambda2, b3),
                    HessianEstimate.Signed => Mean(H[i], r[i] * hHat + lambda2, b3),
                    _ => Mean(H[i], Math.Abs(hHat) + lambda2, b3),
                };
                var d = (gPlus[i] + gMinus[i]) / 2 - g0[i];
                Rho[i] = Mean(Rho[i], 2 * d * d / sigma, b3);
            }
            if (options.AverageSampleGradients)
                raw = Enumerable.Range(0, _size).Select(i => (g0[i] + gPlus[i] + gMinus[i]) / 3).ToArray();
        }

        for (var i = 0; i < _size; i++)
        {
            S[i] = Mean(S[i], raw[i] * raw[i], b2);
            G[i] = Mean(G[i], raw[i] + lambda1 * (Nu[i] >= 0 ? 1 : -1) + lambda2 * Nu[i], b1);
            if (_n <= window)
                continue;

            var q = Math.Abs(G[i]);
            var h = options.HessianEstimate switch
            {
                HessianEstimate.Zero => 0,
                HessianEstimate.Absolute => options.HessianScale * H[i],
                HessianEstimate.Signed => options.HessianScale * Math.Abs(H[i]),
                _ => options.HessianScale * Math.Sqrt(H[i]),
            };
            var rho = options.UseGlass ? Rho[i] : 0;
            var alpha = 3 / (4 * Math.PI) * options.GlassScale * rho / (q + epsilon);
            var delta = q / (alpha + h + Math.Sqrt(alpha * (alpha + 2 * h)) + epsilon);
            var f = options.StepBound switch
            {
                StepBound.Fixed => 1,
                StepBound.Sgdm => q,
                _ => Math.Min(q / (Math.Sqrt(S[i]) + epsilon), largest),
            };
            delta = delta < lrMin * f ? lrMin * f : delta < lrMax * f ? delta : lrMax * f;
            if (G[i] > 0)
                delta = -delta;
            Nu[i] = Mu[i] + omega * delta;
            Mu[i] += phi * delta;
        }
    }

    private static double Mean(double x, double v, double beta) => v + beta * (x - v);
}
