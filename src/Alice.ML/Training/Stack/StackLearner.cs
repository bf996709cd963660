using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using Alice.ML.Training.Steps;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>A network of a stack. Its state is a part of the stack's memory. A network outside any stack creates its
/// own.</summary>
internal sealed class StackLearner : Learner
{
    private readonly Network _network;
    private NetworkStack? _stack;
    private NetworkStack? _own;
    private int _index;

    // Losses while the network is in no stack.
    private (double First, double Sum) _losses;

    /// <param name="shape">Sizes of the network.</param>
    /// <param name="objective">The loss to minimize.</param>
    /// <param name="start">Initial weights. They are copied.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="key">Key of the random numbers that all networks share.</param>
    public StackLearner(NetworkShape shape, Objective objective, Tensor start, TrainingSettings settings, ulong key)
        : base(shape, objective, start.to(settings.Device))
    {
        (Key, _network) = (key, new Network(shape, objective));
        Options = settings.Optimizer;
        Constants = AliceStep.Create(settings.Optimizer, settings.LearningRate, 1);
    }

    /// <summary>The loss to minimize.</summary>
    public Objective Loss => Objective;

    /// <summary>The optimizer's options, which all networks of a stack share.</summary>
    public AliceOptimizerOptions Options { get; }

    /// <summary>Constants of the first step. Those that come from the options are the same in all steps.</summary>
    public AliceStep Constants { get; }

    public ulong Key { get; }

    public override void StartEpoch()
    {
        _losses = default;
        _stack?.StartEpoch(_index);
        IsFirst = true;
    }

    public override (double First, double Sum) Losses() => _stack?.Losses(_index) ?? _losses;

    /// <summary>Records the next step, which the stack takes.</summary>
    /// <param name="step">The step.</param>
    /// <param name="kept">Factor of weight decay on the weights, if they move.</param>
    /// <param name="key">Key of the random numbers of the step.</param>
    /// <param name="averages">Whether the weights after the step enter their mean.</param>
    public void Plan(in AliceStep step, double kept, ulong key, bool averages)
    {
        (_stack ?? (_own = new NetworkStack([this])))
            .Plan(_index, new StackStep(step, kept, key, averages ? 1.0 / ++Averaged : 0));
    }

    public override void Step(BatchReader batch, in AliceStep step, double kept, ulong key)
    {
        Plan(step, kept, key, averages: false);
        _stack!.Step(((TensorReader)batch).StackParts);
    }

    /// <summary>Joins a stack.</summary>
    public void Join(NetworkStack stack, int index, StackMemory memory)
    {
        State.MoveInto(memory.State(index));
        var mean = StackMemory.Row(memory.Mean, index);
        if (Mean is not null)
            mean.copy_(Mean);
        Mean?.Dispose();
        Mean = mean;
        (_stack, _index) = (stack, index);
        stack.SetLosses(index, _losses.First, _losses.Sum);
    }

    /// <summary>Whether the network is in a stack.</summary>
    public bool IsIn(NetworkStack stack) => _stack == stack;

    /// <summary>Leaves the stack. The network gets its own memory.</summary>
    public void Leave()
    {
        if (_stack is null)
            return;
        using var guard = no_grad();
        _losses = _stack.Losses(_index);
        _stack = null;
        State.MoveInto([.. new[]
        {
            State.Center, State.LookAhead, State.Gradient, State.GlassDensity, State.Hessian, State.SecondMoment,
        }.Select(value => empty_like(value).DetachFromDisposeScope())]);
        var mean = Mean!.clone().DetachFromDisposeScope();
        Mean.Dispose();
        Mean = mean;
        var own = _own;
        _own = null;
        own?.Dispose();
    }

    /// <summary>Records a step that was taken.</summary>
    /// <returns>Whether the step was the first of the epoch.</returns>
    public bool Ends(in AliceStep step)
    {
        GradientEvaluations += step.IsSample ? 3 : 1;
        var wasFirst = IsFirst;
        IsFirst = false;
        return wasFirst;
    }

    public override Tensor Outputs(BatchReader batch)
    {
        using var at = new ParameterViews(Shape, Current);
        return _network.Outputs(at, ((TensorReader)batch).Parts[0]).clone();
    }

    public override void Dispose()
    {
        Leave();
        base.Dispose();
        _network.Dispose();
    }

    protected override void RestoreLosses(double first, double sum)
    {
        _losses = (first, sum);
        _stack?.SetLosses(_index, first, sum);
    }

    protected override void UpdateMean(Tensor mean, double memory)
    {
        using var scope = NewDisposeScope();
        mean.copy_(TensorMath.Mean(mean, State.Center, memory));
    }
}
