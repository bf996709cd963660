using System.Diagnostics;
using Alice.ML.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Trains a network on rows whose labels are targets already. One run: fit → epoch → step. Losses and metrics are in the units
/// of the standardised targets.
/// </summary>
internal sealed class NetworkTrainer : IDisposable
{
    private readonly TrainingSettings _settings;
    private readonly NetworkShape _shape;
    private readonly Network _network;
    private readonly Generator _generator;
    private readonly BatchSource _batches;
    private readonly Validator? _validator;
    private readonly GradientEvaluator _gradients;
    private readonly Divergence _divergence;
    private readonly Tensor _lossSum;
    private readonly Stopwatch _clock;
    private AliceState _state;
    private ParameterViews _lookAhead;
    private AliceStep _lastStep;
    private long _step;

    public NetworkTrainer(
        TrainingRows rows, NetworkShape shape, Objective objective, TrainingSettings settings, Stopwatch clock)
    {
        _settings = settings;
        _shape = shape;
        _clock = clock;
        _network = new Network(shape, objective);
        _generator = new Generator((ulong)settings.Seed);

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _batches = new BatchSource(rows.Training, rows.TrainingFeatures, settings.BatchSize, settings.Device);
        if (rows.Validation is not null)
            _validator = new Validator(rows, _network, objective, settings);
        _gradients = new GradientEvaluator(shape, _network, settings.Device);
        _lossSum = zeros(1, device: settings.Device).DetachFromDisposeScope();
        var start = settings.InitialWeights is { } weights
            ? tensor(weights, 1, shape.Parameters)
            : shape.Initialize(1, _generator);
        _state = new AliceState(start.to(settings.Device));
        _lookAhead = new ParameterViews(shape, _state.LookAhead);
        _divergence = new Divergence(_state.Center);
    }

    /// <summary>What ended the run.</summary>
    public StopReason StopReason { get; private set; } = StopReason.Finished;

    /// <summary>How often training went back to earlier weights.</summary>
    public int Restarts { get; private set; }

    /// <summary>Trains to the end and gives the weights in <see cref="Models.DenseNetwork"/>'s order.</summary>
    /// <param name="report">Told of every epoch.</param>
    /// <exception cref="InvalidOperationException">The loss grew beyond reason, again and again.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the first epoch ended.</exception>
    public float[] Run(Action<AliceEpoch> report)
    {
        using var guard = no_grad();
        for (var epoch = 1; epoch <= _settings.NumberOfEpochs; epoch++)
        {
            using var scope = NewDisposeScope();
            if (!RunEpoch(epoch))
                break;

            var loss = _lossSum.cpu().item<float>() / _batches.Count;
            if (_divergence.HasDiverged(loss))
            {
                Restart(_divergence.GoBack(_settings.LearningRate));
                Restarts++;
                epoch--;
                continue;
            }
            var validation = _validator?.Evaluate(_state.Center);
            _divergence.Remember(loss, _state.Center);
            report(Describe(epoch, loss, validation));
            if (_validator?.ShouldStop == true)
            {
                StopReason = StopReason.EarlyStopping;
                break;
            }
        }

        using var weights = (_validator?.BestWeights ?? _state.Center).cpu();
        return weights.data<float>().ToArray();
    }

    /// <returns>Whether the epoch ended. Lack of time does not end the first one.</returns>
    /// <exception cref="OperationCanceledException">Cancelled in the first epoch.</exception>
    private bool RunEpoch(int epoch)
    {
        _lossSum.zero_();
        _batches.Shuffle(_generator);
        for (var i = 0; i < _batches.Count; i++)
        {
            if (_settings.IsCancelled())
                StopReason = epoch > 1
                    ? StopReason.Cancelled
                    : throw new OperationCanceledException("Training was cancelled before its first epoch ended.");
            else if (epoch > 1 && _clock.Elapsed >= _settings.MaximumTime)
                StopReason = StopReason.MaximumTrainingTime;
            if (StopReason != StopReason.Finished)
                return false;
            var progress = (epoch - 1.0 + (double)i / _batches.Count) / _settings.NumberOfEpochs;
            Step(i, _settings.LearningRate * _divergence.RateFactor * _settings.Schedule.Factor(progress));
            if (epoch == 1 && i == 0 && Restarts == 0)
                _divergence.Start(_lossSum.cpu().item<float>());
        }
        return true;
    }

    private void Step(int index, double learningRate)
    {
        using var scope = NewDisposeScope();
        var parts = Enumerable.Range(0, _settings.GradientAccumulation)
            .Select(part => WithDropout(_batches.Part(index, part, _settings.GradientAccumulation))).ToArray();
        var step = AliceStep.Create(_settings.Optimizer, learningRate, _settings.Optimizer.LearningRate, ++_step);
        _lastStep = step;
        if (step.IsSample)
        {
            _lossSum.Add(_gradients.Sample(_state.LookAhead, parts, step.PerturbationRadius, _generator));
            AliceUpdate.MeasureCurvature(_state, _gradients.Plus, _gradients.Minus, _gradients.Centre, step);
            AliceUpdate.Move(_state, _gradients.Plus, _gradients.Minus, _gradients.Centre, step);
        }
        else
        {
            _lossSum.Add(_gradients.Quick(_lookAhead, parts));
            AliceUpdate.Move(_state, _gradients.Centre, step);
        }

        if (_settings.WeightDecay > 0 && step.Moves)
        {
            var kept = 1 - learningRate * _settings.WeightDecay;
            _state.Center.Scale(kept);
            _state.LookAhead.Scale(kept);
        }
    }

    private Minibatch WithDropout(Minibatch batch)
    {
        if (_shape.Dropout == 0)
            return batch;
        // TorchSharp's generators are of the CPU: with dropout, a step on the GPU waits for its masks.
        var kept = 1 - _shape.Dropout;
        using Scalar threshold = kept;
        return batch with
        {
            DropoutMasks = [.. _shape.LayerSizes.Skip(1).SkipLast(1).Select(units =>
                rand([1, batch.Rows, units], generator: _generator).lt_(threshold).Scale(1 / kept).to(_settings.Device))],
        };
    }

    private void Restart(Tensor weights)
    {
        var state = new AliceState(weights);
        _lookAhead.Dispose();
        _state.Dispose();
        _state = state;
        _lookAhead = new ParameterViews(_shape, _state.LookAhead);
        _step = 0;
    }

    private AliceEpoch Describe(int epoch, double loss, (double Loss, double Metric)? validation)
    {
        var curvature = AliceUpdate.Curvature(_state, _settings.Optimizer.HessianEstimate);
        return new AliceEpoch
        {
            Epoch = epoch,
            NumberOfEpochs = _settings.NumberOfEpochs,
            TrainingLoss = loss,
            ValidationLoss = validation?.Loss,
            ValidationMetric = validation?.Metric,
            LearningRate = _lastStep.LearningRate,
            ShareAtUpperBound = AliceUpdate.ShareAtUpperBound(_state, _lastStep),
            MeanGlassDensity = curvature.GlassDensity,
            MeanHessian = curvature.Hessian,
            Seconds = _clock.Elapsed.TotalSeconds,
            GradientEvaluations = _gradients.Evaluations,
        };
    }

    public void Dispose()
    {
        _lookAhead.Dispose();
        _state.Dispose();
        _divergence.Dispose();
        _validator?.Dispose();
        _gradients.Dispose();
        _lossSum.Dispose();
        _batches.Dispose();
        _generator.Dispose();
    }
}
