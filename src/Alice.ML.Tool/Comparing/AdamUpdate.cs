using static TorchSharp.torch;

namespace Alice.ML.Tool.Comparing;

/// <summary>The update of Adam (Kingma and Ba 2015): the mean of the gradient over the root of the mean square of the
/// gradient, or of what else stands for the curvature; with decoupled weight decay (Loshchilov and Hutter 2019).
/// Written out: the optimizers of TorchSharp make Scalars, which a garbage collection on another thread may free while
/// libtorch reads them. Numbers are tensors here.
/// </summary>
/// <param name="parameters">What it moves.</param>
/// <param name="beta1">Memory of the mean gradient.</param>
/// <param name="beta2">Memory of the mean square.</param>
internal sealed class AdamUpdate(IReadOnlyList<Tensor> parameters, double beta1 = 0.9, double beta2 = 0.999)
    : IDisposable
{
    private const double Epsilon = 1e-8;

    private readonly Tensor[] _means = [.. parameters.Select(Zeros)];
    private readonly Tensor[] _squares = [.. parameters.Select(Zeros)];
    private int _step;

    /// <summary>Moves the parameters.</summary>
    /// <param name="gradients">Of each parameter.</param>
    /// <param name="curvatures">What is squared, of each parameter: for Adam the gradients.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    public void Step(IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> curvatures, double learningRate,
        double weightDecay = 0)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _step++;
        // The corrections of the two means for their start at zero, in the step and in epsilon.
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
