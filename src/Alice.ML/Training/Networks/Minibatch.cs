using static TorchSharp.torch;

namespace Alice.ML.Training.Networks;

/// <summary>Rows that a step learns from.</summary>
/// <param name="Features">[rows, inputs].</param>
/// <param name="Targets">[rows, labels]; of several labels those that are missing are NaN.</param>
/// <param name="Weights">[rows, 1], with mean 1 over the training set; null where every row counts the same.</param>
/// <param name="WholeRows">Rows of the whole minibatch, where this is a part of one.</param>
/// <param name="DropoutMasks">Per hidden layer [rows, units]: 0, or one over the share kept; null without
/// dropout.</param>
internal readonly record struct Minibatch(
    Tensor Features, Tensor Targets, Tensor? Weights, long WholeRows, Tensor[]? DropoutMasks = null)
{
    public long Rows => Targets.shape[0];
}
