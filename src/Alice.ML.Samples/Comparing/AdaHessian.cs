using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Samples.Comparing;

/// <summary>
/// Adam with the square of the Hessian's diagonal in place of the squared gradient. The diagonal is Hutchinson's estimate z ∘ (H z) with
/// random signs z, by a second backward pass (Yao et al. 2021, arXiv 2006.00719; without the averaging over convolution filters).
/// </summary>
internal sealed class AdaHessian(IReadOnlyList<Parameter> parameters, Generator generator) : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly Tensor[] _means = [.. parameters.Select(p => zeros_like(p).detach().DetachFromDisposeScope())];
    private readonly Tensor[] _squares = [.. parameters.Select(p => zeros_like(p).detach().DetachFromDisposeScope())];
    private int _step;

    /// <summary>One step; gives the loss.</summary>
    /// <param name="forward">The loss of the minibatch, with its graph.</param>
    /// <param name="learningRate">The learning rate.</param>
    public double Step(Func<Tensor> forward, double learningRate)
    {
        using var scope = NewDisposeScope();
        var loss = forward();
        var gradients = autograd.grad([loss], [.. parameters], retain_graph: true, create_graph: true);
        Tensor[] signs = [.. parameters.Select(p => rand(p.shape, generator: generator).sub_(tensor(0.5f)).sign_())];
        var products = autograd.grad(gradients, [.. parameters], grad_outputs: signs, allow_unused: true);

        using var guard = no_grad();
        _step++;
        var (correction1, correction2) = (1 - Math.Pow(Beta1, _step), Math.Sqrt(1 - Math.Pow(Beta2, _step)));
        for (var i = 0; i < parameters.Count; i++)
        {
            _means[i].mul_(tensor((float)Beta1)).add_(gradients[i] * tensor((float)(1 - Beta1)));
            // The output's bias has no second derivative where the loss is linear in it.
            var diagonal = products[i] is null || products[i].IsInvalid ? zeros_like(signs[i]) : products[i] * signs[i];
            _squares[i].mul_(tensor((float)Beta2)).add_(diagonal * diagonal * tensor((float)(1 - Beta2)));
            var divisor = _squares[i].sqrt().div_(tensor((float)correction2)).add_(tensor((float)Epsilon));
            parameters[i].sub_(_means[i] / divisor * tensor((float)(learningRate / correction1)));
        }
        return loss.item<float>();
    }

    public void Dispose()
    {
        foreach (var tensor in _means.Concat(_squares))
            tensor.Dispose();
    }
}
