namespace Alice.ML.Training.Kernels;

/// <summary>The losses of the kernels. The formulas are those of the objectives with the same names.</summary>
internal enum LossKind
{
    Squared,
    Huber,
    Quantile,
    Poisson,
    Logistic,
    Softmax,
}

/// <summary>The loss of a network. The outputs are the scores of all labels, then the quantiles of each
/// label.</summary>
/// <param name="Kind">Loss of the scores.</param>
/// <param name="Parameters">One value per label, or one for all: the threshold of Huber, or the level of the
/// quantile.</param>
/// <param name="Levels">Levels of the quantiles of each label. Null: none.</param>
/// <param name="Labels">Number of labels per row.</param>
internal sealed record KernelLoss(
    LossKind Kind, IReadOnlyList<double>? Parameters = null, IReadOnlyList<float>? Levels = null, int Labels = 1)
{
    /// <summary>The parameter of a label's loss.</summary>
    public float Parameter(int label) => (float)Parameters![Parameters.Count == 1 ? 0 : label];
}
