using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tool.Comparing;

/// <summary>AdaHessian (Yao et al. 2021, arXiv 2006.00719): Adam with the squared diagonal of the Hessian in place of
/// the squared gradient. The diagonal is Hutchinson's estimate z ∘ (H z) with random signs z, from a second backward
/// pass. Without the paper's averaging over convolution filters.</summary>
internal sealed class AdaHessian(IReadOnlyList<Parameter> parameters, Generator generator) : IDisposable
{
    private readonly AdamUpdate _update = new(parameters);

    /// <summary>Takes one step and returns the loss.</summary>
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
        // Where the loss is linear in a parameter, such as the output bias, there is no second derivative.
        Tensor[] diagonals =
            [.. products.Zip(signs, (product, sign) => product is null
                || product.IsInvalid ? zeros_like(sign) : product * sign)];
        _update.Step([.. gradients], diagonals, learningRate);
        return loss.item<float>();
    }

    public void Dispose() => _update.Dispose();
}
