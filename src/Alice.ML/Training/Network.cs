using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Loss and gradient of several copies of a network on one minibatch, as batched matrix products with the backward pass
/// written out: no graph is recorded.
/// </summary>
internal sealed class Network(NetworkShape shape, IObjective objective)
{
    /// <summary>Evaluates every copy at <paramref name="at"/> and writes the mean gradient of each into <paramref name="gradient"/>.</summary>
    /// <param name="at">Parameters of the copies.</param>
    /// <param name="batch">The rows, shared by all copies.</param>
    /// <param name="gradient">Receives the gradients.</param>
    /// <returns>Mean loss of each copy [copies].</returns>
    public Tensor Evaluate(ParameterViews at, in Minibatch batch, ParameterViews gradient)
    {
        var inputs = new Tensor[shape.Layers];
        var sums = new Tensor[shape.Layers];
        var outputs = new Tensor[shape.Layers];
        var copies = at.Flat.shape[0];
        var hidden = batch.Features.unsqueeze(0).expand(copies, -1, -1);
        for (var layer = 0; ; layer++)
        {
            inputs[layer] = hidden;
            sums[layer] = hidden.bmm(at.Weights[layer]).add_(at.Biases[layer]);
            if (layer == shape.Layers - 1)
                break;
            outputs[layer] = shape.Activation.Apply(sums[layer]);
            hidden = Mask(outputs[layer], batch.DropoutMasks?[layer]);
        }

        var loss = objective.Evaluate(sums[^1], batch.Targets, out var error);
        if (batch.Weights is { } weights)
        {
            loss.mul_(weights);
            error.mul_(weights);
        }
        error.mul_(1.0 / batch.Rows);
        for (var layer = shape.Layers - 1; ; layer--)
        {
            gradient.Weights[layer].copy_(inputs[layer].transpose(1, 2).bmm(error));
            gradient.Biases[layer].copy_(error.sum([1], keepdim: true));
            if (layer == 0)
                break;
            error = Mask(error.bmm(at.Transposed[layer]), batch.DropoutMasks?[layer - 1]);
            shape.Activation.MultiplyDerivative(error, sums[layer - 1], outputs[layer - 1]);
        }
        return loss.mean([1, 2]);
    }

    /// <summary>[points · members, rows, units] times a mask [members, rows, units], the same at every point.</summary>
    private static Tensor Mask(Tensor values, Tensor? mask) =>
        mask is null ? values : values.view(-1, mask.shape[0], mask.shape[1], mask.shape[2]).mul(mask).view(values.shape);
}

/// <summary>Rows that a step learns from.</summary>
/// <param name="Features">[rows, inputs].</param>
/// <param name="Targets">[rows, 1].</param>
/// <param name="Weights">[rows, 1], with mean 1 over the training set; null where every row counts the same.</param>
/// <param name="DropoutMasks">Per hidden layer [members, rows, units]: 0, or one over the share kept; null without dropout.</param>
internal readonly record struct Minibatch(Tensor Features, Tensor Targets, Tensor? Weights, Tensor[]? DropoutMasks = null)
{
    public long Rows => Targets.shape[0];
}
