using System.Globalization;

namespace Alice.ML.Landscape;

/// <summary>A power law of a mean square as a function of the distance σ: a straight line on logarithmic
/// axes.</summary>
/// <param name="Exponent">Slope of the line.</param>
/// <param name="StandardError">Standard error of the slope.</param>
/// <param name="Factor">The mean square at distance 1: mean square ≈ Factor · σ^Exponent.</param>
/// <param name="From">Shortest distance at which the law holds.</param>
/// <param name="To">Longest distance at which the law holds.</param>
public sealed record PowerLaw(double Exponent, double StandardError, double Factor, double From, double To)
{
    private const int FewestPoints = 3;

    // A mean square may be off the line by this share beside three of its standard errors: no law holds exactly.
    private const double Tolerance = 0.15;

    /// <summary>Returns the mean square that the law predicts at a distance.</summary>
    public double At(double distance) => Factor * Math.Pow(distance, Exponent);

    /// <summary>Exponent with its standard error, and the range of distances, for example "1.02 ± 0.03 (1e-05 to
    /// 0.01)".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Exponent:f2} ± {StandardError:f2} ({From:g2} to {To:g2})");

    /// <summary>Fits the line over the longest run of neighboring distances in which no point is further from it than
    /// three standard errors and 15 %.
    /// </summary>
    /// <param name="points">Ascending distances with mean squares and standard errors.</param>
    /// <param name="noise">Mean squares up to this are rounding: such points are left out.</param>
    /// <returns>Null where no three points follow a line.</returns>
    internal static PowerLaw? Fit(
        IReadOnlyList<(double Distance, double MeanSquare, double StandardError)> points, double noise)
    {
        var logs = points.Where(p => p.MeanSquare > noise)
            .Select(p => (X: Math.Log(p.Distance), Y: Math.Log(p.MeanSquare), Error: p.StandardError / p.MeanSquare))
                .ToArray();
        for (var length = logs.Length; length >= FewestPoints; length--)
        {
            var best = Enumerable.Range(0, logs.Length - length + 1)
                .Select(start => Line(logs.AsSpan(start, length)))
                .Where(line => line.Worst <= 1).OrderBy(line => line.Worst).FirstOrDefault();
            if (best.Law is not null)
                return best.Law;
        }
        return null;
    }

    // Least squares weighted by the points' errors. Worst: the largest deviation in units of what is allowed.
    private static (PowerLaw? Law, double Worst) Line(ReadOnlySpan<(double X, double Y, double Error)> points)
    {
        double weights = 0, meanX = 0, meanY = 0;
        foreach (var (x, y, error) in points)
        {
            var weight = Weight(error);
            weights += weight;
            meanX += weight * x;
            meanY += weight * y;
        }
        meanX /= weights;
        meanY /= weights;

        double xx = 0, xy = 0;
        foreach (var (x, y, error) in points)
        {
            xx += Weight(error) * (x - meanX) * (x - meanX);
            xy += Weight(error) * (x - meanX) * (y - meanY);
        }
        var slope = xy / xx;

        double worst = 0, squares = 0;
        foreach (var (x, y, error) in points)
        {
            var residual = y - meanY - slope * (x - meanX);
            worst = Math.Max(worst, Math.Abs(residual) / (3 * error + Tolerance));
            squares += Weight(error) * residual * residual;
        }
        var standardError = Math.Sqrt(squares / (points.Length - 2) / xx);
        var law = new PowerLaw(slope, standardError, Math.Exp(meanY - slope * meanX), Math.Exp(points[0].X),
            Math.Exp(points[^1].X));
        return (law, worst);
    }

    private static double Weight(double error) => 1 / (error * error + Tolerance * Tolerance);
}
