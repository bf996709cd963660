namespace Alice.ML.Training.Plan;

/// <summary>The area under the ROC curve.</summary>
internal static class RocArea
{
    /// <summary>Probability that a random positive row has a higher score than a random negative one, where ties count
    /// half. Computed from the mean rank of the positive rows (Mann and Whitney 1947). NaN if there is only one
    /// class.</summary>
    /// <param name="truth">Above 0 for positive rows.</param>
    /// <param name="scores">The score of each row.</param>
    public static double Of(IReadOnlyList<float> truth, IReadOnlyList<float> scores)
    {
        double positives = truth.Count(t => t > 0), negatives = truth.Count - positives, rankSum = 0, rank = 0;
        foreach (var ties in truth.Zip(scores).GroupBy(row => row.Second).OrderBy(group => group.Key))
        {
            var count = ties.Count();
            rankSum += ties.Count(row => row.First > 0) * (rank + (count + 1) / 2.0);
            rank += count;
        }
        return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
    }

    /// <summary>The standard error of the area (Hanley and McNeil 1982).</summary>
    public static double StandardError(double area, int positives, int negatives)
    {
        var (q1, q2) = (area / (2 - area), 2 * area * area / (1 + area));
        var square = area * area;
        var variance = (area * (1 - area) + (positives - 1) * (q1 - square) + (negatives - 1) * (q2 - square))
            / ((double)positives * negatives);
        return Math.Sqrt(Math.Max(0, variance));
    }
}
