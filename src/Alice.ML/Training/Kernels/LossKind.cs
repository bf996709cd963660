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

/// <summary>A loss of a network's outputs.</summary>
/// <param name="Kind">The loss; where there are <paramref name="Levels"/>, that of output 0.</param>
/// <param name="Parameter">Huber's threshold, or the level of the quantile.</param>
/// <param name="Levels">Levels of the quantiles that outputs 1 and up are to learn; null: none.</param>
internal sealed record KernelLoss(LossKind Kind, double Parameter = 0, IReadOnlyList<float>? Levels = null);
