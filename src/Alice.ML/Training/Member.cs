using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>One network of an ensemble, with its optimizer state, random numbers and record of losses.</summary>
internal sealed class Member : IDisposable
{
    // The weights of neighbouring steps say much the same.
    private const int StepsPerAverage = 8;

    private readonly TrainingSettings _settings;
    private readonly Network _network;
    private readonly GradientEvaluator _gradients;
    private readonly Divergence _divergence;
    private readonly LearningRateSchedule _schedule;
    private readonly Tensor _lossSum;
    private Tensor? _mean;
    private int _averaged;
    private Tensor? _best;
    private AliceState _state;
    private ParameterViews _lookAhead;
    private AliceStep _lastStep;
    private long _step;
    private int _steps;

    /// <param name="shape">Sizes of the network.</param>
    /// <param name="objective">What it minimises.</param>
    /// <param name="inputs">What its first layer is given; not owned.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="schedule">How the learning rate changes.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    /// <param name="seed">Seed of this member.</param>
    /// <param name="initialWeights">Weights to start from, for what the first layer is given and the targets; null: random ones.</param>
    public Member(
        NetworkShape shape, Objective objective, InputEncoding inputs, TrainingSettings settings, LearningRateSchedule schedule,
        double weightDecay, int seed, float[]? initialWeights)
    {
        (_settings, _schedule) = (settings, schedule);
        WeightDecay = weightDecay;
        Inputs = inputs;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _network = new Network(shape, objective);
        _gradients = new GradientEvaluator(_network, settings.Device, settings.Optimizer.HessianEstimate == HessianEstimate.Signed);
        Generator = new Generator((ulong)seed);
        _lossSum = zeros([], device: settings.Device).DetachFromDisposeScope();
        var start = initialWeights is not null ? tensor(initialWeights) : shape.Initialize(Generator);
        _state = new AliceState(start.to(settings.Device));
        _lookAhead = new ParameterViews(shape, _state.LookAhead);
        _divergence = new Divergence(_state.Center);
    }

    public NetworkShape Shape => _network.Shape;

    public InputEncoding Inputs { get; }

    public double WeightDecay { get; }

    /// <summary>Where the member's random numbers come from.</summary>
    public Generator Generator { get; }

    public long GradientEvaluations => _gradients.Evaluations;

    /// <summary>How often training went back to earlier weights.</summary>
    public int Restarts { get; private set; }

    /// <summary>Whether it diverged too often to go on.</summary>
    public bool GaveUp => _divergence.GaveUp;

    /// <summary>Mean training loss of the epoch that ended last.</summary>
    public double Loss { get; private set; }

    /// <summary>Learning rate of the last step.</summary>
    public double LearningRate => _lastStep.LearningRate;

    /// <summary>What predictions use now: the weights, or where the schedule averages, their mean.</summary>
    private Tensor Current => _averaged > 0 ? _mean! : _state.Center;

    /// <summary>What the optimizer has measured.</summary>
    public (double GlassDensity, double Hessian, double ShareAtUpperBound) Curvature()
    {
        var (glass, hessian) = AliceUpdate.Curvature(_state, _settings.Optimizer.HessianEstimate);
        return (glass, hessian, AliceUpdate.ShareAtUpperBound(_state, _lastStep));
    }

    public void StartEpoch()
    {
        _lossSum.zero_();
        _steps = 0;
    }

    /// <summary>Learns from a minibatch, given in parts with features as the first layer takes them.</summary>
    /// <param name="parts">The minibatch.</param>
    /// <param name="progress">Share of the steps, 0 to 1, that are done.</param>
    public void Step(IReadOnlyList<Minibatch> parts, double progress)
    {
        if (Shape.Dropout > 0)
            parts = [.. parts.Select(WithDropout)];
        var rate = _settings.LearningRate * _schedule.Factor(progress) * _divergence.RateFactor;
        var step = AliceStep.Create(_settings.Optimizer, rate, ++_step);
        _lastStep = step;
        if (step.IsSample)
        {
            _lossSum.Add(_gradients.Sample(_lookAhead, parts, step.PerturbationRadius, Generator));
            AliceUpdate.MeasureCurvature(_state, _gradients.Plus, _gradients.Minus, _gradients.Centre, _gradients.Directions, step);
            AliceUpdate.Move(_state, _gradients.Plus, _gradients.Minus, _gradients.Centre, step);
        }
        else
        {
            _lossSum.Add(_gradients.Quick(_lookAhead, parts));
            AliceUpdate.Move(_state, _gradients.Centre, step);
        }
        if (_steps++ == 0)
            _divergence.Start(_lossSum);

        if (WeightDecay > 0 && step.Moves)
        {
            var kept = 1 - rate * WeightDecay;
            _state.Center.Scale(kept);
            _state.LookAhead.Scale(kept);
        }
        if (_schedule.Averages(progress) && _step % StepsPerAverage == 0)
            Average();
    }

    /// <summary>Ends the epoch.</summary>
    /// <returns>Whether it went well; else the weights are the best of before, and the learning rate is halved.</returns>
    /// <exception cref="InvalidOperationException">The loss grew beyond reason, again and again.</exception>
    public bool EndEpoch()
    {
        using var total = _lossSum.cpu();
        Loss = total.item<float>() / _steps;
        if (!_divergence.HasDiverged(Loss))
        {
            _divergence.Remember(Loss, _state.Center);
            return true;
        }

        var state = new AliceState(_divergence.GoBack(_settings.LearningRate));
        _lookAhead.Dispose();
        _state.Dispose();
        _state = state;
        _lookAhead = new ParameterViews(Shape, _state.LookAhead);
        _step = 0;
        _averaged = 0;
        Restarts++;
        return false;
    }

    /// <summary>Outputs [rows, outputs] at the parameters that predictions use; overwritten by the next evaluation.</summary>
    public Tensor Outputs(in Minibatch batch)
    {
        using var at = new ParameterViews(Shape, Current);
        return _network.Outputs(at, batch);
    }

    /// <summary>Takes the weights of now for those of the model.</summary>
    public void KeepWeights()
    {
        if (_best is null)
            _best = Current.clone().DetachFromDisposeScope();
        else
            _best.copy_(Current);
    }

    /// <summary>The weights of the model: those kept last, else those of now, in <see cref="Models.DenseNetwork"/>'s order.</summary>
    public float[] Weights()
    {
        using var weights = (_best ?? Current).cpu();
        return weights.data<float>().ToArray();
    }

    public void Dispose()
    {
        _lookAhead.Dispose();
        _state.Dispose();
        _mean?.Dispose();
        _best?.Dispose();
        _divergence.Dispose();
        _gradients.Dispose();
        _network.Dispose();
        _lossSum.Dispose();
        Generator.Dispose();
    }

    private void Average()
    {
        using var scope = NewDisposeScope();
        _mean ??= zeros_like(_state.Center).DetachFromDisposeScope();
        _mean.copy_(TensorMath.Mean(_mean, _state.Center, _averaged / (_averaged + 1.0)));
        _averaged++;
    }

    private Minibatch WithDropout(Minibatch batch)
    {
        // TorchSharp's generators are of the CPU: with dropout, a step on the GPU waits for its masks.
        var kept = 1 - Shape.Dropout;
        var threshold = tensor((float)kept);
        return batch with
        {
            DropoutMasks = [.. Shape.LayerSizes.Skip(1).SkipLast(1).Select(units =>
                rand([batch.Rows, units], generator: Generator).lt_(threshold).Scale(1 / kept).to(_settings.Device))],
        };
    }
}
