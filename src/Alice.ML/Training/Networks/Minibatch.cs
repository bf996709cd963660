using static TorchSharp.torch;

namespace Alice.ML.Training.Networks;

/// <summary>A minibatch, or a part of one.</summary>
/// <param name="Features">[rows, inputs].</param>
/// <param name="Targets">[rows, labels]. With several labels, missing ones are NaN.</param>
/// <param name="Weights">[rows, 1], with mean 1 over the training rows. Null if all rows have the same weight.</param>
/// <param name="WholeRows">Number of rows of the whole minibatch.</param>
/// <param name="DropoutMasks">[rows, units] for each hidden layer: 0, or the inverse of the share that is kept. Null:
/// no dropout.</param>
internal readonly record struct Minibatch(
    Tensor Features, Tensor Targets, Tensor? Weights, long WholeRows, Tensor[]? DropoutMasks = null)
{
    public long Rows => Targets.shape[0];
}
