namespace Alice.ML.Training.Kernels;

/// <summary>The losses that kernels know; their formulas are those of the objectives of the same names.</summary>
internal enum LossKind
{
    Squared,
    Huber,
    Quantile,
    Poisson,
    Logistic,
    Softmax,
}

/// <summary>A loss of a network's outputs: the scores of all labels, then the quantiles of each label in
/// turn.</summary>
/// <param name="Kind">The loss of the scores.</param>
/// <param name="Parameters">Huber's threshold of each label, or one for all: that, or the level of the
/// quantile.</param>
/// <param name="Levels">Levels of the quantiles of each label; null: none.</param>
/// <param name="Labels">Labels of a row.</param>
internal sealed record KernelLoss(
    LossKind Kind, IReadOnlyList<double>? Parameters = null, IReadOnlyList<float>? Levels = null, int Labels = 1)
{
    /// <summary>The parameter of a label's loss.</summary>
    public float Parameter(int label) => (float)Parameters![Parameters.Count == 1 ? 0 : label];
}
