using static TorchSharp.torch;

namespace Alice.ML.Tool.Comparing;

/// <summary>The update of Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019). The
/// denominator may use another estimate of the curvature than the gradient. TorchSharp's own optimizers create Scalars
/// that a garbage collection may free while libtorch reads them, so this one uses tensors.</summary>
/// <param name="parameters">The parameters to update.</param>
/// <param name="beta1">Decay rate of the mean gradient.</param>
/// <param name="beta2">Decay rate of the mean square.</param>
internal sealed class AdamUpdate(IReadOnlyList<Tensor> parameters, double beta1 = 0.9, double beta2 = 0.999)
    : IDisposable
{
    private const double Epsilon = 1e-8;

    private readonly Tensor[] _means = [.. parameters.Select(Zeros)];
    private readonly Tensor[] _squares = [.. parameters.Select(Zeros)];
    private int _step;

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">One gradient per parameter.</param>
    /// <param name="curvatures">What is squared for the denominator, one tensor per parameter. The gradients for
    /// Adam.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    public void Step(IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> curvatures, double learningRate,
        double weightDecay = 0)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _step++;
        // Bias corrections of both means, in the step and in epsilon.
        var correction = Math.Sqrt(1 - Math.Pow(beta2, _step));
        var rate = learningRate * correction / (1 - Math.Pow(beta1, _step));
        for (var i = 0; i < parameters.Count; i++)
        {
            Tensor Number(double value) => tensor(value, parameters[i].dtype);
            _means[i].lerp_(gradients[i], Number(1 - beta1));
            _squares[i].lerp_(curvatures[i] * curvatures[i], Number(1 - beta2));
            var divisor = _squares[i].sqrt().sub_(Number(-Epsilon * correction));
            parameters[i].sub_((_means[i] / divisor).mul_(Number(rate)));
            if (weightDecay > 0)
                parameters[i].mul_(Number(1 - learningRate * weightDecay));
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _means.Concat(_squares))
            tensor.Dispose();
    }

    private static Tensor Zeros(Tensor parameter) => zeros_like(parameter).detach().DetachFromDisposeScope();
}
