using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>The errors to expect on new rows, from outputs for held-out ones.</summary>
internal static class Estimates
{
    // Of one row, −ln of the least probability that counts, as in ML.NET's evaluators.
    private static readonly double _mostLoss = -Math.Log(1e-15);

    /// <param name="task">What was learned.</param>
    /// <param name="outputs">Outputs [rows, outputs]; may be overwritten.</param>
    /// <param name="targets">Targets [rows, 1].</param>
    /// <param name="lossRatio">What the losses are multiplied by: an ensemble of another size than the measured one has
    /// another loss.</param>
    public static AliceEstimate Of(LearningTask task, Tensor outputs, Tensor targets, double lossRatio)
    {
        using var scope = NewDisposeScope();
        var rows = (int)outputs.shape[0];
        var measures = Values(task.Objective.Measure(outputs, targets));
        if (!task.IsClassification)
        {
            var square = Mean(measures.Select(measure => measure * lossRatio * task.MetricUnit * task.MetricUnit));
            return new AliceEstimate
            {
                Rows = rows,
                RootMeanSquaredError = square.SquareRoot(),
                MeanAbsoluteError = Mean(measures.Select(measure => Math.Sqrt(measure * lossRatio) * task.MetricUnit)),
            };
        }
        var area = task.Outputs == 1 ? Area(Values(outputs), Values(targets)) : null;
        return new AliceEstimate
        {
            Rows = rows,
            Accuracy = Mean(measures.Select(measure => (double)measure)),
            AreaUnderRocCurve = area,
            LogLoss =
            Mean(Values(task.Objective.RowLosses(outputs, targets, out _)).Select(loss => Math.Min(loss, _mostLoss))),
        };
    }

    private static float[] Values(Tensor values) => values.cpu().contiguous().data<float>().ToArray();

    private static EstimatedValue Mean(IEnumerable<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        var variance = all.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, all.Length - 1);
        return new(mean, Math.Sqrt(variance / all.Length));
    }

    private static EstimatedValue? Area(float[] scores, float[] truth)
    {
        var (area, positives) = (RocArea.Of(truth, scores), truth.Count(target => target > 0));
        return double.IsNaN(area) ? null : new(area, RocArea.StandardError(area, positives, truth.Length - positives));
    }
}
