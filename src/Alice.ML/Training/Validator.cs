using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>Loss and metric over all validation rows, the best weights by that loss, and when to stop.</summary>
internal sealed class Validator : IDisposable
{
    private const int RowsAtOnce = 4096;

    private readonly Network _network;
    private readonly Objective _objective;
    private readonly NetworkShape _shape;
    private readonly TrainingSettings _settings;
    private readonly BatchSource _batches;
    private Tensor? _best;
    private double _bestLoss = double.PositiveInfinity;
    private int _worse;

    public Validator(TrainingRows rows, Network network, Objective objective, TrainingSettings settings)
    {
        _network = network;
        _objective = objective;
        _shape = network.Shape;
        _settings = settings;
        _batches = new BatchSource(rows.Validation!, rows.ValidationFeatures!, RowsAtOnce, settings.Device);
    }

    /// <summary>Weights of the epoch with the lowest loss; null before the first.</summary>
    public Tensor? BestWeights => _best;

    /// <summary>Whether the loss has not improved for as long as the settings allow.</summary>
    public bool ShouldStop => _worse >= _settings.Patience;

    /// <summary>Loss and metric at these weights, means over the rows by their weight.</summary>
    public (double Loss, double Metric) Evaluate(Tensor weights)
    {
        using var scope = NewDisposeScope();
        using var views = new ParameterViews(_shape, weights);
        double rows = 0, lossSum = 0, metricSum = 0;
        for (var i = 0; i < _batches.Count; i++)
        {
            using var inner = NewDisposeScope();
            var batch = _batches[i];
            var outputs = _network.Outputs(views, batch.Features);
            var metric = _objective.Measure(outputs, batch.Targets);
            var loss = _objective.Evaluate(outputs, batch.Targets, out _);
            rows += batch.Rows;
            lossSum += Total(loss, batch.Weights);
            metricSum += Total(metric, batch.Weights);
        }
        Remember(lossSum / rows, weights);
        return (lossSum / rows, _objective.Metric(metricSum / rows));
    }

    public void Dispose()
    {
        _batches.Dispose();
        _best?.Dispose();
    }

    private static double Total(Tensor values, Tensor? weights) =>
        (weights is null ? values : values.mul(weights)).sum(ScalarType.Float64).cpu().item<double>();

    private void Remember(double loss, Tensor weights)
    {
        _worse = loss < _bestLoss * (1 - _settings.MinimumImprovement) ? 0 : _worse + 1;
        if (loss >= _bestLoss && _best is not null)
            return;
        _bestLoss = loss;
        if (_best is null)
            _best = weights.clone().DetachFromDisposeScope();
        else
            _best.copy_(weights);
    }
}

/// <summary>The rows of a run, opened on its device.</summary>
internal sealed record TrainingRows(
    TrainingData Training, IFeatureSource TrainingFeatures, TrainingData? Validation, IFeatureSource? ValidationFeatures) : IDisposable
{
    public void Dispose()
    {
        TrainingFeatures.Dispose();
        if (!ReferenceEquals(TrainingFeatures, ValidationFeatures))
            ValidationFeatures?.Dispose();
    }
}
