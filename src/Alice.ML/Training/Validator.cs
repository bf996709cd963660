using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>Loss and metric of the mean of the members over all validation rows, and when to stop.</summary>
internal sealed class Validator : IDisposable
{
    private const int RowsAtOnce = 4096;

    private readonly LearningTask _task;
    private readonly TrainingSettings _settings;
    private readonly BatchSource _batches;
    private double _bestLoss = double.PositiveInfinity;
    private int _worse;

    public Validator(RowSet rows, LearningTask task, TrainingSettings settings)
    {
        _task = task;
        _settings = settings;
        _batches = new BatchSource(rows, RowsAtOnce, settings.Device);
    }

    /// <summary>Whether the loss has not improved for as long as the settings allow.</summary>
    public bool ShouldStop => _worse >= _settings.Patience;

    /// <summary>Loss and metric of the members now, means over the rows by their weight; the members keep the best weights.</summary>
    public (double Loss, double Metric) Evaluate(IReadOnlyList<Member> members)
    {
        double rows = 0, lossSum = 0, metricSum = 0;
        for (var i = 0; i < _batches.Count; i++)
        {
            using var scope = NewDisposeScope();
            var batch = _batches[i];
            var outputs = _task.Hold(members[0].Outputs(members[0].Inputs.Encode(batch)).clone());
            for (var m = 1; m < members.Count; m++)
                outputs.Add(_task.Hold(members[m].Outputs(members[m].Inputs.Encode(batch))));
            outputs.Scale(1.0 / members.Count);
            var metric = _task.Objective.Measure(outputs, batch.Targets);
            var loss = _task.Objective.RowLosses(outputs, batch.Targets, out _);
            rows += batch.Rows;
            lossSum += Total(loss, batch.Weights);
            metricSum += Total(metric, batch.Weights);
        }
        Remember(lossSum / rows, members);
        return (lossSum / rows, _task.Objective.Metric(metricSum / rows));
    }

    public void Dispose() => _batches.Dispose();

    /// <summary>Sum of values of rows by their weights.</summary>
    public static double Total(Tensor values, Tensor? weights) =>
        (weights is null ? values : values.mul(weights)).sum(ScalarType.Float64).cpu().item<double>();

    private void Remember(double loss, IReadOnlyList<Member> members)
    {
        _worse = loss < _bestLoss * (1 - _settings.MinimumImprovement) ? 0 : _worse + 1;
        if (loss >= _bestLoss)
            return;
        _bestLoss = loss;
        foreach (var member in members)
            member.KeepWeights();
    }
}
