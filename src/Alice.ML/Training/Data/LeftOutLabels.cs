using Alice.ML.Models.Networks;
using Alice.ML.Training.Ranks;

namespace Alice.ML.Training.Data;

/// <summary>Extreme labels, which no network trains on: their errors belong to the error that people will
/// see.</summary>
internal sealed class LeftOutLabels(
    IReadOnlyList<(float[] Features, int Label, float Value)> labels, Peers? peers = null)
{
    /// <summary>None.</summary>
    public static LeftOutLabels None { get; } = new([]);

    /// <summary>The labels of a part that lie outside ranges, with features as they come.</summary>
    /// <param name="data">The part.</param>
    /// <param name="scales">Of each label.</param>
    public static LeftOutLabels Outside(TrainingData data, IReadOnlyList<ColumnScale> scales)
    {
        var found = new List<(float[], int, float)>();
        for (var i = 0; i < data.Labels.Length; i++)
        {
            var (row, label) = Math.DivRem(i, data.LabelCount);
            if (!(data.Labels[i] < scales[label].Lowest || data.Labels[i] > scales[label].Highest))
                continue;
            var features = new float[data.Columns];
            data.Features.CopyRow(data.Start + row, features);
            found.Add((features, label, data.Labels[i]));
        }
        return new(found, data.Peers);
    }

    /// <summary>The estimate for labels of both kinds, in the shares that the data has.</summary>
    /// <param name="estimate">For the labels that are not extreme.</param>
    /// <param name="known">How many of these the data has, by the label.</param>
    /// <param name="model">The model.</param>
    public AliceEstimate Complete(AliceEstimate estimate, Func<int, int> known, NetworkEnsemble model)
    {
        if (labels.Count == 0 && peers is null)
            return estimate;
        return estimate.Labels is { } several
            ? estimate with { Labels = [.. several.Select((one, label) => Complete(one, label, known(label), model))] }
            : Complete(estimate, 0, known(0), model);
    }

    private AliceEstimate Complete(AliceEstimate estimate, int label, int known, NetworkEnsemble model)
    {
        var outputs = new float[model.OutputCount];
        double[] errors = [.. labels.Where(extreme => extreme.Label == label).Select(extreme =>
        {
            model.Forward(extreme.Features, outputs);
            return Math.Abs(outputs[label] - (double)extreme.Value);
        })];
        errors = peers?.Gather<double>(errors) ?? errors;
        if (errors.Length == 0 || estimate.RootMeanSquaredError is not { } root
            || estimate.MeanAbsoluteError is not { } absolute)
            return estimate;
        var square = Mixture(new(root.Value * root.Value, 2 * root.Value * root.StandardError),
            [.. errors.Select(error => error * error)]);
        return estimate with
        {
            Rows = estimate.Rows + errors.Length,
            RootMeanSquaredError = square.SquareRoot(),
            MeanAbsoluteError = Mixture(absolute, errors),
        };

        // How many extreme rows come, and how extreme, is a compound Poisson variable: the variance of a sum is the sum
        // of the squares.
        EstimatedValue Mixture(EstimatedValue usual, IReadOnlyList<double> extreme)
        {
            var all = (double)(known + extreme.Count);
            var share = known / all;
            return new(
                share * usual.Value + extreme.Sum() / all,
                Math.Sqrt(Math.Pow(share * usual.StandardError, 2) + extreme.Sum(value => value * value)
                    / (all * all)));
        }
    }
}
