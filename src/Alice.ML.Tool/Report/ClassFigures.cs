namespace Alice.ML.Tool.Report;

/// <summary>Figures for one class, from its predicted probabilities and whether rows are of it.</summary>
internal static class ClassFigures
{
    private const int Bins = 10;

    /// <summary>One point of the ROC and precision-recall curves.</summary>
    /// <param name="Threshold">Rows with at least this probability are flagged.</param>
    /// <param name="Recall">Share of the rows of the class that are flagged.</param>
    /// <param name="FalseAlarms">Share of the other rows that are flagged.</param>
    /// <param name="Precision">Share of flagged rows that are of the class. NaN if none is flagged.</param>
    /// <param name="Flagged">Share of all rows that are flagged.</param>
    public sealed record Operating(
        double Threshold, double Recall, double FalseAlarms, double Precision, double Flagged)
    {
        /// <summary>Harmonic mean of precision and recall.</summary>
        public double F1 => 2 * Precision * Recall / (Precision + Recall);
    }

    /// <summary>A group of rows with similar probabilities.</summary>
    public sealed record Bin(double Predicted, double Share, double StandardError, int Count);

    /// <summary>Rows of each true class [row] by predicted class [column].</summary>
    public static int[,] Confusion(IReadOnlyList<float> labels, IReadOnlyList<int> predicted, int classes)
    {
        var counts = new int[classes, classes];
        foreach (var (label, guess) in labels.Zip(predicted))
            if (label >= 0)
                counts[(int)label, guess]++;
        return counts;
    }

    /// <summary>All thresholds at which the flagged rows change, from the highest. The first flags none.</summary>
    public static IReadOnlyList<Operating> Curve(IReadOnlyList<bool> isClass, IReadOnlyList<double> probabilities)
    {
        int[] order = [.. Enumerable.Range(0, isClass.Count).OrderByDescending(i => probabilities[i])];
        var (positives, right) = (isClass.Count(c => c), 0);
        var negatives = isClass.Count - positives;
        List<Operating> points = [new(double.PositiveInfinity, 0, 0, double.NaN, 0)];
        for (var i = 0; i < order.Length; i++)
        {
            right += isClass[order[i]] ? 1 : 0;
            var threshold = probabilities[order[i]];
            if (i + 1 < order.Length && probabilities[order[i + 1]] == threshold)
                continue;
            points.Add(new(threshold, (double)right / positives, (double)(i + 1 - right) / negatives,
                right / (i + 1.0), (i + 1.0) / order.Length));
        }
        return points;
    }

    /// <summary>The point for one threshold.</summary>
    public static Operating At(double threshold, IReadOnlyList<bool> isClass, IReadOnlyList<double> probabilities)
    {
        var flagged = Enumerable.Range(0, isClass.Count).Where(i => probabilities[i] >= threshold).ToArray();
        double right = flagged.Count(i => isClass[i]), positives = isClass.Count(c => c);
        return new(threshold, right / positives, (flagged.Length - right) / (isClass.Count - positives),
            flagged.Length == 0 ? double.NaN : right / flagged.Length, flagged.Length / (double)isClass.Count);
    }

    /// <summary>The area under the ROC curve, by the trapezoidal rule.</summary>
    public static double Area(IReadOnlyList<Operating> curve) => curve.Zip(curve.Skip(1), (a, b) =>
        (b.FalseAlarms - a.FalseAlarms) * (a.Recall + b.Recall) / 2).Sum();

    /// <summary>The frequency of the class in groups of equal size, by predicted probability.</summary>
    public static IReadOnlyList<Bin> Reliability(IReadOnlyList<bool> isClass, IReadOnlyList<double> probabilities)
    {
        int[] order = [.. Enumerable.Range(0, isClass.Count).OrderBy(i => probabilities[i])];
        var bins = Math.Min(Bins, order.Length);
        return [.. Enumerable.Range(0, bins).Select(b =>
        {
            var rows = order[(int)((long)b * order.Length / bins)..(int)((long)(b + 1) * order.Length / bins)];
            var share = rows.Average(r => isClass[r] ? 1.0 : 0.0);
            return new Bin(rows.Average(r => probabilities[r]), share,
                Math.Sqrt(share * (1 - share) / rows.Length), rows.Length);
        })];
    }
}
