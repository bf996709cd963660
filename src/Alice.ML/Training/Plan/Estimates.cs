using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>The errors to expect on new rows, from outputs for held-out ones.</summary>
internal static class Estimates
{
    private const double LeastProbability = 1e-15;

    /// <param name="task">What was learned.</param>
    /// <param name="outputs">Outputs [rows, outputs].</param>
    /// <param name="targets">Targets [rows, 1].</param>
    /// <param name="lossRatio">What the losses are multiplied by: an ensemble of another size than the measured one has another loss.</param>
    public static AliceEstimate Of(LearningTask task, Tensor outputs, Tensor targets, double lossRatio)
    {
        using var scope = NewDisposeScope();
        var (rows, width) = ((int)outputs.shape[0], (int)outputs.shape[1]);
        var values = outputs.cpu().contiguous().data<float>().ToArray();
        var truth = targets.cpu().contiguous().data<float>().ToArray();
        if (!task.IsClassification)
        {
            var errors = new double[rows];
            for (var row = 0; row < rows; row++)
                errors[row] = task.Label(values[row * width]) - task.Label(truth, row);
            var square = Mean(errors.Select(error => error * error * lossRatio));
            var root = Math.Sqrt(square.Value);
            var absolute = Mean(errors.Select(error => Math.Abs(error) * Math.Sqrt(lossRatio)));
            return new AliceEstimate
            {
                Rows = rows,
                RootMeanSquaredError = new(root, root > 0 ? square.StandardError / (2 * root) : 0),
                MeanAbsoluteError = absolute,
            };
        }
        var (right, losses) = (new double[rows], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            var own = values.AsSpan(row * width, width);
            if (width == 1)
            {
                var sign = truth[row] > 0 ? 1 : -1;
                right[row] = sign * own[0] > 0 ? 1 : 0;
                losses[row] = Math.Max(0, -sign * own[0]) + Math.Log(1 + Math.Exp(-Math.Abs(own[0])));
                continue;
            }
            var largest = own.ToArray().Max();
            right[row] = own[(int)truth[row]] == largest ? 1 : 0;
            var sum = 0.0;
            foreach (var value in own)
                sum += Math.Exp(value - largest);
            losses[row] = -Math.Log(Math.Max(LeastProbability, Math.Exp(own[(int)truth[row]] - largest) / sum));
        }
        return new AliceEstimate
        {
            Rows = rows,
            Accuracy = Mean(right),
            LogLoss = Mean(losses),
            AreaUnderRocCurve = width == 1 ? Auc(values, truth) : null,
        };
    }

    private static EstimatedValue Mean(IEnumerable<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        var variance = all.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, all.Length - 1);
        return new(mean, Math.Sqrt(variance / all.Length));
    }

    /// <summary>Share of the pairs of a positive and a negative row that are in order, with the standard error of Hanley and McNeil (1982).</summary>
    private static EstimatedValue? Auc(float[] scores, float[] truth)
    {
        float[] keys = [.. scores];
        float[] labels = [.. truth];
        Array.Sort(keys, labels);
        double positives = labels.Count(label => label > 0), negatives = labels.Length - positives, sum = 0;
        if (positives == 0 || negatives == 0)
            return null;
        for (int from = 0, to; from < keys.Length; from = to)
        {
            for (to = from + 1; to < keys.Length && keys[to] == keys[from]; to++)
            {
            }
            // Equal scores share their ranks.
            for (var i = from; i < to; i++)
                sum += labels[i] > 0 ? (from + to + 1) / 2.0 : 0;
        }
        var area = (sum - positives * (positives + 1) / 2) / (positives * negatives);
        var (q1, q2) = (area / (2 - area), 2 * area * area / (1 + area));
        var variance = (area * (1 - area) + (positives - 1) * (q1 - area * area) + (negatives - 1) * (q2 - area * area)) / (positives * negatives);
        return new(area, Math.Sqrt(Math.Max(0, variance)));
    }
}
