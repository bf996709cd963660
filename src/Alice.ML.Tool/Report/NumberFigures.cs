namespace Alice.ML.Tool.Report;

/// <summary>Figures of regression: calibration of groups, coverage of quantiles.</summary>
internal static class NumberFigures
{
    private const int Groups = 10;

    /// <summary>A group of rows.</summary>
    /// <param name="Predicted">Mean prediction.</param>
    /// <param name="Measured">Mean label.</param>
    /// <param name="StandardError">Standard error of the mean label.</param>
    public sealed record Group(double Predicted, double Measured, double StandardError);

    /// <summary>Means of groups of equal size, by prediction.</summary>
    public static IReadOnlyList<Group> Calibration(IReadOnlyList<float> labels, IReadOnlyList<double> predicted)
    {
        int[] order = [.. Enumerable.Range(0, labels.Count).OrderBy(i => predicted[i])];
        var groups = Math.Min(Groups, order.Length);
        return [.. Enumerable.Range(0, groups).Select(g =>
        {
            var rows = order[(int)((long)g * order.Length / groups)..(int)((long)(g + 1) * order.Length / groups)];
            double[] errors = [.. rows.Select(r => labels[r] - predicted[r])];
            var mean = errors.Average();
            var variance = errors.Sum(e => (e - mean) * (e - mean)) / Math.Max(1, errors.Length - 1);
            var center = rows.Average(r => predicted[r]);
            return new Group(center, center + mean, Math.Sqrt(variance / errors.Length));
        })];
    }

    /// <summary>The share of rows whose label is at most the quantile, for each quantile.</summary>
    public static double[] Coverage(IReadOnlyList<float> labels, float[][] quantiles) =>
        [.. Enumerable.Range(0, quantiles[0].Length).Select(q =>
            labels.Where((label, i) => label <= quantiles[i][q]).Count() / (double)labels.Count)];
}
