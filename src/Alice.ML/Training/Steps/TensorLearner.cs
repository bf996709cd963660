using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Members;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Steps;

/// <summary>Takes steps with tensor operations, on any device. Methods do not wait for the device unless their comment
/// says so.</summary>
internal sealed class TensorLearner : Learner
{
    private readonly Network _network;
    private readonly GradientEvaluator _gradients;
    private readonly ParameterViews _lookAhead;
    private readonly Generator _generator;
    private readonly Device _device;
    private readonly Tensor _lossSum;
    private readonly Tensor _firstLoss;

    /// <inheritdoc cref="Learner(NetworkShape, Objective, Tensor)"/>
    public TensorLearner(NetworkShape shape, Objective objective, Tensor start, TrainingSettings settings)
        : base(shape, objective, start.to(settings.Device))
    {
        _device = settings.Device;
        _network = new Network(shape, objective);
        _gradients = new GradientEvaluator(
            _network, _device, settings.Optimizer.HessianEstimate == HessianEstimate.Signed);
        _lookAhead = new ParameterViews(shape, State.LookAhead);
        _generator = new Generator(0);
        _lossSum = zeros([], device: _device).DetachFromDisposeScope();
        _firstLoss = zeros([], device: _device).DetachFromDisposeScope();
    }

    public override void StartEpoch()
    {
        _lossSum.zero_();
        IsFirst = true;
    }

    public override (double First, double Sum) Losses()
    {
        using var first = _firstLoss.cpu();
        using var sum = _lossSum.cpu();
        return (first.item<float>(), sum.item<float>());
    }

    public override void Step(BatchReader batch, in AliceStep step, double kept, ulong key)
    {
        using var scope = NewDisposeScope();
        var parts = ((TensorReader)batch).Parts;
        if (Shape.Dropout > 0)
        {
            _generator.manual_seed((long)(key >> 1));
            parts = [.. parts.Select(WithDropout)];
        }
        var taken = new TensorStep(this, parts, step, key);
        StepProtocol.Take(ref taken);
        _lossSum.Add(taken.Loss!);
        if (IsFirst)
            _firstLoss.copy_(_lossSum);
        IsFirst = false;

        if (kept < 1 && step.Moves)
        {
            State.Center.Scale(kept);
            State.LookAhead.Scale(kept);
        }
    }

    public override Tensor Outputs(BatchReader batch)
    {
        using var at = new ParameterViews(Shape, Current);
        return _network.Outputs(at, ((TensorReader)batch).Parts[0]).clone();
    }

    public override void Dispose()
    {
        base.Dispose();
        _lookAhead.Dispose();
        _gradients.Dispose();
        _network.Dispose();
        _generator.Dispose();
        _lossSum.Dispose();
        _firstLoss.Dispose();
    }

    protected override void RestoreLosses(double first, double sum)
    {
        using var scope = NewDisposeScope();
        _firstLoss.copy_(tensor((float)first));
        _lossSum.copy_(tensor((float)sum));
    }

    protected override void UpdateMean(Tensor mean, double memory)
    {
        using var scope = NewDisposeScope();
        mean.copy_(TensorMath.Mean(mean, State.Center, memory));
    }

    private Minibatch WithDropout(Minibatch batch)
    {
        // TorchSharp's generators are on the CPU, so a step with dropout on the GPU waits for its masks.
        var kept = 1 - Shape.Dropout;
        var threshold = tensor((float)kept);
        return batch with
        {
            DropoutMasks = [.. Shape.LayerSizes.Skip(1).SkipLast(1).Select(units =>
                rand([batch.Rows, units], generator: _generator).lt_(threshold).Scale(1 / kept).to(_device))],
        };
    }

    private ref struct TensorStep(
        TensorLearner learner, IReadOnlyList<Minibatch> parts, in AliceStep step, ulong key) : IStepOfAlice
    {
        private readonly ref readonly AliceStep _step = ref step;

        /// <summary>The minibatch's loss at ν.</summary>
        public Tensor? Loss { get; private set; }

        public readonly bool IsSample => _step.IsSample;

        public readonly void Perturb() =>
            learner._gradients.Perturb(learner._lookAhead, _step.PerturbationRadius, key);

        /// <summary>Losses that are not finite are handled at the end of the epoch
        /// (<see cref="Divergence"/>).</summary>
        public bool Evaluate(EvaluationPoint point)
        {
            learner.GradientEvaluations++;
            Loss = learner._gradients.Evaluate(point, learner._lookAhead, parts);
            return true;
        }

        public readonly void Update()
        {
            var gradients = learner._gradients;
            AliceUpdate.Apply(learner.State, gradients.Plus, gradients.Minus, gradients.Centre, gradients.Directions,
                _step);
        }
    }
}
