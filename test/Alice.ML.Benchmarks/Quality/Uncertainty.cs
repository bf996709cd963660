using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>How well quantiles and the deviation of the networks describe the errors on the test rows of one
/// run.</summary>
/// <param name="Below">Share of the labels below each of <see cref="Levels"/>.</param>
/// <param name="Inside">Share of the labels between the outer levels.</param>
/// <param name="Width">Mean distance of the outer levels, in standard deviations of the test labels.</param>
/// <param name="Error">RMSE of the score of this model, which learns quantiles beside it.</param>
/// <param name="ErrorPerDeviation">RMSE over the root mean square of the deviation: 1 if it said how far labels
/// lie.</param>
/// <param name="SureThird">RMSE of the third of the rows with the smallest deviation, over that of all.</param>
/// <param name="UnsureThird">The same of the third with the largest.</param>
internal sealed record Uncertainty(
    double[] Below, double Inside, double Width, double Error, double ErrorPerDeviation, double SureThird,
    double UnsureThird)
{
    public static IReadOnlyList<double> Levels { get; } = [0.05, 0.5, 0.95];

    /// <summary>Trains Alice with its defaults, the levels and the deviation. Regression only.</summary>
    public static Uncertainty Measure(Run run)
    {
        var model = run.ML.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            Seed = run.Seed,
            Quantiles = Levels,
            AddScoreStandardDeviation = true,
        }).Fit(run.Train);
        var rows = run.ML.Data.CreateEnumerable<Prediction>(
            model.Transform(run.Data.TestView(run.ML)), reuseRowObject: false).ToArray();

        var all = Rmse(rows);
        var bySpread = rows.OrderBy(row => row.ScoreStandardDeviation).ToArray();
        var third = Math.Max(1, rows.Length / 3);
        var labels = rows.Average(row => (double)row.Label);
        return new(
            [.. Levels.Select((_, level) => rows.Average(row => row.Label < row.Quantiles[level] ? 1.0 : 0))],
            rows.Average(row => row.Label >= row.Quantiles[0] && row.Label <= row.Quantiles[^1] ? 1.0 : 0),
            rows.Average(row => (double)row.Quantiles[^1] - row.Quantiles[0])
            / Math.Sqrt(rows.Average(row => Math.Pow(row.Label - labels, 2))),
            all,
            all / Math.Sqrt(rows.Average(row => Math.Pow(row.ScoreStandardDeviation, 2))),
            Rmse(bySpread[..third]) / all,
            Rmse(bySpread[^third..]) / all);
    }

    private static double Rmse(Prediction[] rows) =>
        Math.Sqrt(rows.Average(row => Math.Pow((double)row.Label - row.Score, 2)));

    private sealed class Prediction
    {
        public float Label { get; set; }

        public float Score { get; set; }

        public float ScoreStandardDeviation { get; set; }

        public float[] Quantiles { get; set; } = [];
    }
}
