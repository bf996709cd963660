using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>Estimates the errors on new rows from the outputs for held-out rows.</summary>
internal static class Estimates
{
    // Largest log-loss of a row: probabilities are clipped, as in ML.NET's evaluators.
    private static readonly double _mostLoss = -Math.Log(1e-15);

    /// <param name="task">The learning task.</param>
    /// <param name="outputs">Outputs [rows, outputs]. They may be overwritten.</param>
    /// <param name="targets">Targets [rows, labels].</param>
    /// <param name="lossRatio">Factor on the losses, for the difference in size between the measured ensemble and the
    /// final one.</param>
    public static AliceEstimate Of(LearningTask task, Tensor outputs, Tensor targets, double lossRatio)
    {
        using var scope = NewDisposeScope();
        if (task.LabelCount == 1)
            return task.IsClassification ? OfClasses(task.Objective, outputs, targets)
                : OfNumbers(task.Objective, outputs, targets, lossRatio, task.Unit(0));
        var objective = (LabelsObjective)task.Objective;
        AliceEstimate[] labels = [.. Enumerable.Range(0, task.LabelCount).Select(label =>
        {
            var known = targets.select(1, label).isfinite().nonzero().view(-1);
            if (known.numel() == 0)
                return new AliceEstimate { Rows = 0 };
            var (its, truth) = (outputs.narrow(1, label, 1).index_select(0, known),
                targets.narrow(1, label, 1).index_select(0, known));
            return task.IsClassification ? OfClasses(objective.Each, its, truth)
                : OfNumbers(objective.Each, its, truth, lossRatio, task.Unit(label));
        })];
        if (!task.IsClassification)
            return new AliceEstimate { Rows = (int)outputs.shape[0], Labels = labels };
        var right = Values(objective.Measure(outputs, targets));
        var losses = objective.RowLosses(outputs, targets, out _) / objective.LabelsOfRows(targets);
        return new AliceEstimate
        {
            Rows = right.Length,
            Labels = labels,
            Accuracy = Mean(right.Select(share => (double)share)),
            LogLoss = Mean(Values(losses).Select(loss => Math.Min(loss, _mostLoss))),
        };
    }

    private static AliceEstimate OfNumbers(
        Objective objective, Tensor outputs, Tensor targets, double lossRatio, double unit)
    {
        var measures = Values(objective.Measure(outputs, targets));
        return new AliceEstimate
        {
            Rows = measures.Length,
            RootMeanSquaredError = Mean(measures.Select(measure => measure * lossRatio * unit * unit)).SquareRoot(),
            MeanAbsoluteError = Mean(measures.Select(measure => Math.Sqrt(measure * lossRatio) * unit)),
        };
    }

    private static AliceEstimate OfClasses(Objective objective, Tensor outputs, Tensor targets)
    {
        var right = Values(objective.Measure(outputs, targets));
        return new AliceEstimate
        {
            Rows = right.Length,
            Accuracy = Mean(right.Select(measure => (double)measure)),
            AreaUnderRocCurve = outputs.shape[1] == 1 ? Area(Values(outputs), Values(targets)) : null,
            LogLoss = Mean(Values(objective.RowLosses(outputs, targets, out _))
                .Select(loss => Math.Min(loss, _mostLoss))),
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
