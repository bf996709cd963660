using Alice.ML.Training.Plan;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>Standard errors of measures of independent test rows.</summary>
internal static class StandardErrors
{
    /// <summary>Of the root of the mean: that of the mean, over twice the root, to first order. 0 where all is
    /// right.</summary>
    /// <param name="squares">Squared errors of the rows.</param>
    public static double Rmse(IReadOnlyCollection<double> squares)
    {
        var root = Math.Sqrt(squares.Average());
        return root > 0 ? Estimate.Of(squares).StandardError / (2 * root) : 0;
    }

    /// <summary>Of the area under the ROC curve: Hanley and McNeil (1982).</summary>
    public static double Auc(double area, int positives, int negatives) =>
        RocArea.StandardError(area, positives, negatives);

    /// <summary>Of a share of rows: binomial.</summary>
    public static double Share(double share, int rows) => Math.Sqrt(share * (1 - share) / rows);
}
