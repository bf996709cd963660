using Alice.ML.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tool.Comparing;

/// <summary>Takes optimizer steps on minibatches.</summary>
internal interface IStepper : IDisposable
{
    /// <summary>Takes one step and returns the loss.</summary>
    /// <param name="forward">The loss of the minibatch, with its graph.</param>
    /// <param name="clear">Sets the gradients to zero.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    double Step(Func<Tensor> forward, Action clear, double learningRate);

    /// <summary>Number of gradients so far. A Hessian product counts as one.</summary>
    long Evaluations { get; }
}

/// <summary>Alice, which calls the closure itself.</summary>
internal sealed class AliceStepper(AliceOptimizer optimizer) : IStepper
{
    public long Evaluations { get; private set; }

    public double Step(Func<Tensor> forward, Action clear, double learningRate)
    {
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = learningRate;
        using var loss = optimizer.step(() =>
        {
            Evaluations++;
            clear();
            var value = forward();
            value.backward();
            return value;
        });
        return loss.item<float>();
    }

    public void Dispose() => optimizer.Dispose();
}

/// <summary>An optimizer that needs one gradient per step.</summary>
internal abstract class GradientStepper : IStepper
{
    public long Evaluations { get; private set; }

    public double Step(Func<Tensor> forward, Action clear, double learningRate)
    {
        Evaluations++;
        clear();
        using var loss = forward();
        loss.backward();
        Update(learningRate);
        return loss.item<float>();
    }

    public abstract void Dispose();

    /// <summary>Updates the parameters from their gradients.</summary>
    protected abstract void Update(double learningRate);
}

/// <summary>Adam.</summary>
internal sealed class AdamStepper(IReadOnlyList<Parameter> parameters, double beta1 = 0.9, double beta2 = 0.999)
    : GradientStepper
{
    private readonly AdamUpdate _update = new(parameters, beta1, beta2);

    public override void Dispose() => _update.Dispose();

    protected override void Update(double learningRate)
    {
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.grad!)];
        _update.Step(gradients, gradients, learningRate);
    }
}

/// <summary>Stochastic gradient descent with momentum (Polyak 1964).</summary>
internal sealed class MomentumStepper(IReadOnlyList<Parameter> parameters, double momentum) : GradientStepper
{
    // The negative sum of the gradients, with exponentially decaying weights.
    private readonly Tensor[] _velocities =
        [.. parameters.Select(parameter => zeros_like(parameter).detach().DetachFromDisposeScope())];

    public override void Dispose()
    {
        foreach (var velocity in _velocities)
            velocity.Dispose();
    }

    protected override void Update(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (parameter, velocity) in parameters.Zip(_velocities))
        {
            velocity.mul_(tensor(momentum, parameter.dtype)).sub_(parameter.grad!);
            parameter.sub_(velocity * tensor(-learningRate, parameter.dtype));
        }
    }
}
