using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Loss and gradient of several copies of a network on one minibatch, as batched matrix products with the backward pass
/// written out: no graph is recorded.
/// </summary>
internal sealed class Network(NetworkShape shape, Objective objective)
{
    public NetworkShape Shape => shape;

    /// <summary>
    /// Loss and gradient of every copy: sums over the rows, divided by the rows of the whole minibatch, which these may be a part of.
    /// </summary>
    /// <param name="at">Parameters of the copies.</param>
    /// <param name="batch">The rows, shared by all copies.</param>
    /// <param name="gradient">Receives the gradients.</param>
    /// <param name="adds">Whether the gradients are added to what is there.</param>
    /// <returns>Loss of each copy [copies].</returns>
    public Tensor Evaluate(ParameterViews at, in Minibatch batch, ParameterViews gradient, bool adds = false)
    {
        var inputs = new Tensor[shape.Layers];
        var sums = new Tensor[shape.Layers];
        var outputs = new Tensor[shape.Layers];
        var copies = at.Flat.shape[0];
        var hidden = batch.Features.unsqueeze(0).expand(copies, -1, -1);
        for (var layer = 0; ; layer++)
        {
            inputs[layer] = hidden;
            sums[layer] = hidden.bmm(at.Weights[layer]).Add(at.Biases[layer]);
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
        error.Scale(1.0 / batch.WholeRows);
        for (var layer = shape.Layers - 1; ; layer--)
        {
            Put(inputs[layer].transpose(1, 2).bmm(error), gradient.Weights[layer], adds);
            Put(error.sum([1], keepdim: true), gradient.Biases[layer], adds);
            if (layer == 0)
                break;
            error = Mask(error.bmm(at.Transposed[layer]), batch.DropoutMasks?[layer - 1]);
            shape.Activation.MultiplyDerivative(error, sums[layer - 1], outputs[layer - 1]);
        }
        return loss.sum([1, 2]).Scale(1.0 / batch.WholeRows);
    }

    /// <summary>Outputs [copies, rows, outputs], without dropout.</summary>
    public Tensor Outputs(ParameterViews at, Tensor features)
    {
        var hidden = features.unsqueeze(0).expand(at.Flat.shape[0], -1, -1);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            hidden = hidden.bmm(at.Weights[layer]).Add(at.Biases[layer]);
            if (layer < shape.Layers - 1)
                hidden = shape.Activation.Apply(hidden);
        }
        return hidden;
    }

    private static void Put(Tensor value, Tensor destination, bool adds)
    {
        if (adds)
            destination.Add(value);
        else
            destination.copy_(value);
    }

    /// <summary>[points · members, rows, units] times a mask [members, rows, units], the same at every point.</summary>
    private static Tensor Mask(Tensor values, Tensor? mask) =>
        mask is null ? values : values.view(-1, mask.shape[0], mask.shape[1], mask.shape[2]).mul(mask).view(values.shape);
}

/// <summary>Rows that a step learns from.</summary>
/// <param name="Features">[rows, inputs].</param>
/// <param name="Targets">[rows, 1].</param>
/// <param name="Weights">[rows, 1], with mean 1 over the training set; null where every row counts the same.</param>
/// <param name="WholeRows">Rows of the whole minibatch, where this is a part of one.</param>
/// <param name="DropoutMasks">Per hidden layer [members, rows, units]: 0, or one over the share kept; null without dropout.</param>
internal readonly record struct Minibatch(
    Tensor Features, Tensor Targets, Tensor? Weights, long WholeRows, Tensor[]? DropoutMasks = null)
{
    public long Rows => Targets.shape[0];
}
