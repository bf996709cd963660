using Alice.ML.Models.Networks;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;

namespace Alice.ML.Trainers;

/// <summary>What a network has to learn from labels that are numbers, one or several a row.</summary>
internal static class RegressionTask
{
    // No label lies so many deviations from the others; a float holds the square.
    private const double MostDeviations = 1e18;

    /// <summary>The task of some rows.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="loss">What is minimized for each label.</param>
    /// <param name="quantiles">Levels of the quantiles of each label.</param>
    /// <param name="nameOf">What to call a label at the start of a sentence.</param>
    /// <exception cref="InvalidOperationException">A label cannot be learned.</exception>
    public static LearningTask Create(
        TrainingData data, RegressionLoss loss, IReadOnlyList<float> quantiles, Func<int, string> nameOf)
    {
        var labels = ColumnScale.Of(data.LabelMemory, data.LabelCount, data.WeightMemory, data.Peers);
        for (var label = 0; label < labels.Length; label++)
            Check(labels[label], data.Rows, nameOf(label));
        if (loss == RegressionLoss.Poisson)
            return Poisson(data, labels, nameOf);

        var targets = Targets(labels, loss);
        double[] units = [.. targets.Scale.Select(scale => 1 / scale)];
        var (objective, lossUnit) = loss.Name switch
        {
            nameof(RegressionLoss.Huber) => ((Objective)new HuberObjective(
                [.. units.Select(unit => Math.Min(loss.Parameter / unit, MostDeviations))]), units[0] * units[0]),
            nameof(RegressionLoss.Quantile) => (new QuantileObjective(loss.Parameter), units[0]),
            nameof(RegressionLoss.Absolute) => (new QuantileObjective(0.5), 2 * units[0]),
            _ => (new SquaredObjective(), units[0] * units[0]),
        };
        int[] labelOf = [.. Enumerable.Range(0, labels.Length),
            .. Enumerable.Range(0, labels.Length * quantiles.Count).Select(output => output / quantiles.Count)];
        return new(Several(objective, labels.Length, quantiles), labelOf.Length, targets, targets.Select(labelOf),
            labels.Length == 1 ? lossUnit : 1)
        {
            LabelScales = labels,
            Range = Ranges(labels, labelOf, arePositive: false),
            LeavesOutExtremeLabels = loss == RegressionLoss.Squared,
        };
    }

    // The losses for labels with outliers measure by what outliers have no part in.
    private static Standardization Targets(ColumnScale[] labels, RegressionLoss loss)
    {
        var robust = Array.ConvertAll(labels, label =>
            loss != RegressionLoss.Squared && label.Quartiles.Deviation > 0);
        return new(
            [.. labels.Zip(robust, (label, isRobust) => isRobust ? label.Quartiles.Median : label.Mean)],
            [.. labels.Zip(robust, (label, isRobust) => 1 / (isRobust ? label.Quartiles.Deviation : label.Deviation))]);
    }

    // The network learns the logarithm of the label over its mean.
    private static LearningTask Poisson(TrainingData data, ColumnScale[] labels, Func<int, string> nameOf)
    {
        Peers.Agree(data.Peers, RequireCounts);
        double[] means = [.. labels.Select(label => label.Mean)];
        return new LearningTask(
            Several(new PoissonObjective(), labels.Length, []), labels.Length,
            new(new double[labels.Length], [.. means.Select(mean => 1 / mean)]),
            new([.. means.Select(mean => Math.Log(mean))], [.. means.Select(_ => 1.0)]),
            labels.Length == 1 ? means[0] : 1)
        {
            OutputTransform = OutputTransform.Exponential,
            LabelScales = labels,
            Range = Ranges(labels, [.. Enumerable.Range(0, labels.Length)], arePositive: true),
            LeavesOutExtremeLabels = true,
        };

        bool RequireCounts()
        {
            for (var i = 0; i < data.Labels.Length; i++)
                if (data.Labels[i] < 0)
                    throw new InvalidOperationException($"{nameOf(i % labels.Length)} holds {data.Labels[i]}: the "
                        + "Poisson loss is for counts, 0 or more. Set Loss to another.");
            return true;
        }
    }

    private static Objective Several(Objective each, int labels, IReadOnlyList<float> quantiles) =>
        labels == 1 && quantiles.Count == 0 ? each : new LabelsObjective(each, labels, quantiles);

    private static OutputRanges Ranges(ColumnScale[] labels, int[] labelOf, bool arePositive) => labels.Length == 1
        ? FeatureScaling.Range(labels[0], arePositive)
        : new OutputRanges([.. labelOf.Select(label => FeatureScaling.Range(labels[label], arePositive))]);

    private static void Check(in ColumnScale label, int rows, string name)
    {
        if (label.Missing == rows)
            throw new InvalidOperationException($"{name} is missing in every row: there is nothing to learn. Leave it "
                + "out of the label column.");
        if (label.IsConstant)
            throw new InvalidOperationException($"{name} is {label.Lowest} in every row: there is nothing to learn. "
                + "Check that LabelColumnName names the column to predict.");
        if (FeatureScaling.IsTooNarrow(label))
            throw new InvalidOperationException($"{name} varies by less than 1e-38, which floats cannot scale. "
                + "Multiply it in the pipeline.");
    }
}
