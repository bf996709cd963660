using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>Trains networks with the same layers and options together on the same minibatches. A step takes as many
/// tensor operations for many networks as for one, and does not wait for the device. docs/gpu.md counts them.</summary>
internal sealed class NetworkStack : IDisposable
{
    private readonly StackLearner[] _learners;
    private readonly StackMemory _memory;
    private readonly StackConstants _constants;
    private readonly StackNetwork _network;
    private readonly StackMove _move;
    private readonly StackRandom _random;

    // Sums of losses of the epoch, and the losses of its first step, [networks].
    private readonly Tensor _sums;
    private readonly Tensor _firsts;
    private readonly Tensor _zero;
    private readonly StackStep?[] _planned;
    private (double First, double Sum)[]? _losses;

    /// <param name="learners">The networks. Those that are in other stacks leave them.</param>
    /// <param name="drawsOnDevice">Whether directions are drawn as on a device; null: as the device has it.</param>
    public NetworkStack(IReadOnlyList<StackLearner> learners, bool? drawsOnDevice = null)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var learner in learners)
            learner.Leave();
        _learners = [.. learners];
        _planned = new StackStep?[learners.Count];
        var shape = learners[0].Shape;
        var start = learners[0].State.Center;
        _memory = new StackMemory(learners.Count, shape.Parameters, start.dtype, start.device);
        _constants = new StackConstants(learners.Count, start.dtype, start.device);
        var loss = StackLoss.Of(learners[0].Loss, shape.LayerSizes[^1], start);
        _move = new StackMove(_memory, _constants, learners[0].Constants);
        var hasDropout = shape.Layers > 1 && learners.Any(learner => learner.Shape.Dropout > 0);
        _random = new StackRandom(
            _memory.Center, hasDropout ? [.. learners.Select(learner => learner.Shape.Dropout)] : null,
            shape.LayerSizes.Skip(1).SkipLast(1).Sum(units => (long)units), learners[0].Key,
            drawsOnDevice ?? start.device_type != DeviceType.CPU);
        _network = new StackNetwork(shape, learners.Count, loss, _memory, _random);
        _sums = zeros([learners.Count], start.dtype, start.device).DetachFromDisposeScope();
        _firsts = zeros_like(_sums).DetachFromDisposeScope();
        _zero = zeros([1], start.dtype, start.device).DetachFromDisposeScope();
        for (var n = 0; n < _learners.Length; n++)
            _learners[n].Join(this, n, _memory);
    }

    /// <summary>The networks.</summary>
    public IReadOnlyList<StackLearner> Learners => _learners;

    /// <summary>Records the next step of a network.</summary>
    public void Plan(int network, in StackStep step) => _planned[network] = step;

    /// <summary>Takes the planned steps. Networks without a planned step do not change.</summary>
    /// <param name="parts">The minibatch, its features with a column of ones after them.</param>
    public void Step(IReadOnlyList<Minibatch> parts)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var active = _planned.Count(step => step is not null);
        if (active == 0)
            return;
        var samples = _planned.Count(step => step?.Step.IsSample == true);
        // Networks share all options; what differs is in the vectors.
        var shared = _planned.First(step => step is not null && step.Value.Step.IsSample == samples > 0)!.Value.Step;
        _constants.Load(_planned, _random.NeedsKeys(samples > 0));
        if (samples == 0)
            Quick(parts, shared, active);
        else
            Sample(parts, shared, active, samples);
        if (_planned.Any(step => step?.Step.Moves == true))
            _move.Move(shared, _planned.Any(step => step is { Kept: not 1, Step.Moves: true }));
        if (_planned.Any(step => step?.MeanWeight > 0))
            _memory.Mean.lerp_(_memory.Center, _constants.MeanWeight);
        End();
    }

    /// <summary>Resets the sum of losses of a network.</summary>
    public void StartEpoch(int network) => SetLosses(network, 0, 0);

    /// <summary>Losses of a network in the epoch so far. The host waits for the device, once for all
    /// networks.</summary>
    public (double First, double Sum) Losses(int network)
    {
        if (_losses is null)
        {
            using var scope = NewDisposeScope();
            var values = cat([_firsts, _sums], 0).to(ScalarType.Float64).cpu().data<double>().ToArray();
            _losses = [.. values.Take(_planned.Length).Zip(values.Skip(_planned.Length))];
        }
        return _losses[network];
    }

    /// <summary>Sets them.</summary>
    public void SetLosses(int network, double first, double sum)
    {
        using var scope = NewDisposeScope();
        _firsts.select(0, network).copy_(_firsts.Constant(first));
        _sums.select(0, network).copy_(_sums.Constant(sum));
        if (_losses is not null)
            _losses[network] = (first, sum);
    }

    public void Dispose()
    {
        foreach (var learner in _learners.Where(learner => learner.IsIn(this)))
            learner.Leave();
        _network.Dispose();
        _move.Dispose();
        _random.Dispose();
        _constants.Dispose();
        _memory.Dispose();
        _sums.Dispose();
        _firsts.Dispose();
        _zero.Dispose();
    }

    private void Quick(IReadOnlyList<Minibatch> parts, in AliceStep step, int active)
    {
        using var scope = NewDisposeScope();
        _move.Average(Evaluate(1, parts, active), step, isClamped: false);
    }

    private void Sample(IReadOnlyList<Minibatch> parts, in AliceStep step, int active, int samples)
    {
        using var scope = NewDisposeScope();
        var away = _random.Directions(_planned, _constants);
        _move.Perturb(away);
        // Only one estimate reads the directions again: for the others their memory is free.
        if (step.Hessian != HessianEstimate.Signed)
            away.Dispose();
        var gradient = Evaluate(3, parts, active);
        _move.MeasureCurvature(gradient, away, step, samples == active);
        _move.Average(gradient, step, isClamped: true);
    }

    private Tensor Evaluate(int points, IReadOnlyList<Minibatch> parts, int active)
    {
        var before = active < _planned.Length ? _sums.clone() : null;
        var gradient = _network.Evaluate(points, parts, _constants, _sums);
        if (before is null)
            return gradient;
        // Whoever takes no step must not be touched by what its gradient is.
        var isActive = _constants.IsActive.gt(_zero);
        _sums.copy_(where(isActive.view(-1), _sums, before));
        if (points > 1)
            _memory.Outer.copy_(where(isActive, _memory.Outer, _zero));
        return where(isActive, gradient, _zero);
    }

    private void End()
    {
        _losses = null;
        for (var n = 0; n < _planned.Length; n++)
            if (_planned[n] is { } step)
            {
                if (_learners[n].Ends(step.Step))
                    _firsts.select(0, n).copy_(_sums.select(0, n));
                _planned[n] = null;
            }
    }
}
