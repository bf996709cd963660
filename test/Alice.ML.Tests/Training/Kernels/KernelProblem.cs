using Alice.ML.Models;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;
using FsCheck;
using FsCheck.Fluent;

namespace Alice.ML.Tests.Training.Kernels;

/// <summary>What a first layer is given.</summary>
internal enum KernelInputs
{
    Numbers,
    Bins,
    Sparse,
    NumbersAndSparse,
    BinsAndSparse,
}

/// <summary>A random network and minibatch.</summary>
internal sealed record KernelProblem
{
    public required int[] Hidden { get; init; }

    public required Activation Activation { get; init; }

    public required double Dropout { get; init; }

    public required KernelInputs Inputs { get; init; }

    public required int Columns { get; init; }

    public required int Rows { get; init; }

    public required LossKind Loss { get; init; }

    /// <summary>Outputs beside the first: classes of softmax, or quantiles of each label.</summary>
    public required int MoreOutputs { get; init; }

    /// <summary>Labels of a row, for others than softmax. Of several, some are missing.</summary>
    public int Labels { get; init; } = 1;

    public required bool HasWeights { get; init; }

    /// <summary>Whether the gradient is added to what is there.</summary>
    public required bool Adds { get; init; }

    public required int Seed { get; init; }

    /// <summary>Layer widths below, at and above whole vectors; rows around what a tile or a pass takes.</summary>
    public static Gen<KernelProblem> Any { get; } =
        from depth in Gen.Choose(0, 3)
        from hidden in Gen.ArrayOf(
            Gen.Elements(1, 2, 3, 5, 7, 8, 9, 13, 15, 16, 17, 24, 31, 32, 33, 40, 48, 63, 64, 65, 80, 128), depth)
        from activation in Gen.Elements(Enum.GetValues<Activation>())
        from dropout in Gen.Elements(0, 0, 0.3)
        from inputs in Gen.Elements(Enum.GetValues<KernelInputs>())
        from columns in Gen.Elements(1, 2, 3, 6, 7, 8, 16, 19, 33)
        from rows in Gen.Elements(1, 2, 5, 6, 7, 11, 12, 13, 16, 31, 64, 127, 128, 129, 141)
        from loss in Gen.Elements(Enum.GetValues<LossKind>())
        from more in Gen.Elements(0, 0, 1, 2, 3, 9, 16)
        from labels in Gen.Elements(1, 1, 2, 3, 7)
        from weights in Gen.Elements(true, false)
        from adds in Gen.Elements(true, false)
        from seed in Gen.Choose(0, int.MaxValue)
        select new KernelProblem
        {
            Hidden = hidden,
            Activation = activation,
            Dropout = dropout,
            Inputs = inputs,
            Columns = columns,
            Rows = rows,
            Loss = loss,
            MoreOutputs = more,
            Labels = loss == LossKind.Softmax ? 1 : labels,
            HasWeights = weights,
            Adds = adds,
            Seed = seed,
        };

    public KernelLoss KernelLoss => new(
        Loss, Loss switch
        {
            LossKind.Huber => [.. Enumerable.Range(1, Labels).Select(label => 0.4 * label)],
            LossKind.Quantile => [0.7],
            _ => null,
        },
        Loss != LossKind.Softmax
        && MoreOutputs > 0 ? [.. Enumerable.Range(1, MoreOutputs).Select(i => i / (MoreOutputs + 1f))] : null, Labels);

    public int Outputs => Labels * (1 + MoreOutputs);

    public NetworkShape Shape(int features) => new([features, .. Hidden, Outputs], Activation, Dropout);

    public float Target(Random random) => Loss switch
    {
        _ when Labels > 1 && random.Next(4) == 0 => float.NaN,
        LossKind.Softmax => random.Next(MoreOutputs + 1),
        LossKind.Logistic => random.Next(2),
        LossKind.Poisson => random.Next(5),
        _ => Normal(random),
    };

    /// <summary>About normal: the sum of twelve uniform numbers.</summary>
    public static float Normal(Random random) => (float)(Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6);
}
