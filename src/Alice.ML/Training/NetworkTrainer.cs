using System.Diagnostics;
using Alice.ML.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>Trains a network on rows that are standardised already. One run: fit → epoch → step.</summary>
internal sealed class NetworkTrainer : IDisposable
{
    // A batch of three points pays while a product is small; above this many multiply-adds one after the other is faster.
    private const long BatchedPointsLimit = 8_000_000;
    private const int SamplePoints = 3;

    private readonly TrainingSettings _settings;
    private readonly NetworkShape _shape;
    private readonly Network _network;
    private readonly Generator _generator;
    private readonly Generator _deviceGenerator;
    private readonly BatchSource _batches;
    private readonly AliceState _state;
    private readonly Tensor _points;
    private readonly Tensor _gradients;
    private readonly Tensor _directions;
    private readonly Tensor _lossSum;
    private readonly ParameterViews _lookAhead;
    private readonly ParameterViews _allPoints;
    private readonly ParameterViews _allGradients;
    private readonly ParameterViews[] _pointViews;
    private readonly ParameterViews[] _gradientViews;
    private readonly Stopwatch _clock;
    private long _step;

    public NetworkTrainer(TrainingData data, NetworkShape shape, IObjective objective, TrainingSettings settings, Stopwatch clock)
    {
        _settings = settings;
        _shape = shape;
        _clock = clock;
        _network = new Network(shape, objective);
        _generator = new Generator((ulong)settings.Seed);
        _deviceGenerator = settings.Device.type == DeviceType.CPU
            ? _generator
            : new Generator((ulong)settings.Seed, settings.Device);

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _batches = new BatchSource(data, settings.BatchSize, settings.Device, _generator);
        _state = new AliceState(shape.Initialize(1, _generator).to(settings.Device));
        _points = empty(SamplePoints, shape.Parameters, device: settings.Device).DetachFromDisposeScope();
        _gradients = empty_like(_points).DetachFromDisposeScope();
        _directions = empty_like(_state.Center).DetachFromDisposeScope();
        _lossSum = zeros(1, device: settings.Device).DetachFromDisposeScope();
        _lookAhead = new ParameterViews(shape, _state.LookAhead);
        _allPoints = new ParameterViews(shape, _points);
        _allGradients = new ParameterViews(shape, _gradients);
        _pointViews = Split(_points);
        _gradientViews = Split(_gradients);
    }

    private ParameterViews Plus => _pointViews[0];

    private ParameterViews Minus => _pointViews[1];

    private ParameterViews Centre => _pointViews[2];

    /// <summary>Gradient evaluations so far.</summary>
    public long GradientEvaluations { get; private set; }

    /// <summary>Trains to the end and gives the weights in <see cref="Models.DenseNetwork"/>'s order.</summary>
    /// <param name="report">Told of every epoch; the loss is in standardised units.</param>
    /// <exception cref="InvalidOperationException">The loss stopped being finite.</exception>
    public float[] Run(Action<AliceEpoch> report)
    {
        using var guard = no_grad();
        for (var epoch = 1; epoch <= _settings.NumberOfEpochs; epoch++)
            report(RunEpoch(epoch));

        using var weights = _state.Center.cpu();
        return weights.data<float>().ToArray();
    }

    private AliceEpoch RunEpoch(int epoch)
    {
        using var scope = NewDisposeScope();
        _lossSum.zero_();
        _batches.Shuffle();
        double rate = 0;
        for (var i = 0; i < _batches.Count; i++)
        {
            var progress = (epoch - 1.0 + (double)i / _batches.Count) / _settings.NumberOfEpochs;
            rate = _settings.LearningRate * _settings.Schedule.Factor(progress);
            Step(i, rate);
        }

        var loss = _lossSum.cpu().item<float>() / _batches.Count;
        if (!double.IsFinite(loss))
            throw new InvalidOperationException(
                $"The training loss is {loss} in epoch {epoch}: the run diverged. Lower LearningRate "
                + $"(it is {_settings.LearningRate}).");
        return new AliceEpoch
        {
            Epoch = epoch,
            NumberOfEpochs = _settings.NumberOfEpochs,
            TrainingLoss = loss,
            LearningRate = rate,
            Seconds = _clock.Elapsed.TotalSeconds,
            GradientEvaluations = GradientEvaluations,
        };
    }

    private void Step(int index, double learningRate)
    {
        using var scope = NewDisposeScope();
        var batch = _batches[index] with { DropoutMasks = DropoutMasks(_batches.RowsOf(index)) };
        var step = AliceStep.Create(_settings.Optimizer, learningRate, _settings.Optimizer.LearningRate, ++_step);
        if (step.IsSample)
            SampleStep(batch, step);
        else
        {
            _lossSum.add_(_network.Evaluate(_lookAhead, batch, _gradientViews[2]));
            GradientEvaluations++;
            AliceUpdate.Move(_state, _gradientViews[2].Flat, step);
        }
    }

    private void SampleStep(in Minibatch batch, in AliceStep step)
    {
        AliceDirections.Fill(_directions, _generator);
        AliceUpdate.Perturb(_state.LookAhead, _directions, step.PerturbationRadius, Plus.Flat, Minus.Flat);
        Centre.Flat.copy_(_state.LookAhead);

        if (_shape.Parameters * batch.Rows < BatchedPointsLimit)
            _lossSum.add_(_network.Evaluate(_allPoints, batch, _allGradients)[2]);
        else
            for (var point = 0; point < SamplePoints; point++)
            {
                using var scope = NewDisposeScope();
                var loss = _network.Evaluate(_pointViews[point], batch, _gradientViews[point]);
                if (point == SamplePoints - 1)
                    _lossSum.add_(loss);
            }
        GradientEvaluations += SamplePoints;
        var (plus, minus, centre) = (_gradientViews[0].Flat, _gradientViews[1].Flat, _gradientViews[2].Flat);
        AliceUpdate.MeasureCurvature(_state, plus, minus, centre, step);
        AliceUpdate.Move(_state, plus, minus, centre, step);
    }

    private Tensor[]? DropoutMasks(long rows)
    {
        if (_shape.Dropout == 0)
            return null;
        var kept = 1 - _shape.Dropout;
        return [.. _shape.LayerSizes.Skip(1).SkipLast(1).Select(units =>
            rand([1, rows, units], device: _settings.Device, generator: _deviceGenerator).lt_(kept).div_(kept))];
    }

    private ParameterViews[] Split(Tensor block) =>
        [.. Enumerable.Range(0, SamplePoints)
            .Select(point => new ParameterViews(_shape, block.narrow(0, point, 1).DetachFromDisposeScope()))];

    public void Dispose()
    {
        foreach (var views in _pointViews.Concat(_gradientViews))
        {
            views.Dispose();
            views.Flat.Dispose();
        }
        _lookAhead.Dispose();
        _allPoints.Dispose();
        _allGradients.Dispose();
        _points.Dispose();
        _gradients.Dispose();
        _directions.Dispose();
        _lossSum.Dispose();
        _state.Dispose();
        _batches.Dispose();
        if (!ReferenceEquals(_generator, _deviceGenerator))
            _deviceGenerator.Dispose();
        _generator.Dispose();
    }
}
