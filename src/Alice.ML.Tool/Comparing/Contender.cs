using Alice.ML.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tool.Comparing;

/// <summary>An optimizer of the comparison.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="FirstRate">Learning rate at which the search starts.</param>
/// <param name="Create">Creates the optimizer for the parameters of a network.</param>
internal sealed record Contender(
    string Name, double FirstRate, Func<IReadOnlyList<Parameter>, Generator, IStepper> Create)
{
    /// <summary>The paper's variants of Alice with the published constants, the trainers' settings of Alice, and other
    /// optimizers.</summary>
    public static IReadOnlyList<Contender> All { get; } =
    [
        Alice("Alice, glass only", AliceOptimizerOptions.Published with { HessianEstimate = HessianEstimate.Zero }),
        Alice("Alice, Hessian only", AliceOptimizerOptions.Published with { UseGlass = false }),
        Alice("Alice, both", AliceOptimizerOptions.Published),
        Alice("Alice, both, rms",
            AliceOptimizerOptions.Published with { HessianEstimate = HessianEstimate.RootMeanSquare }),
        Alice("Alice, Tabular", AliceOptimizerOptions.Tabular),
        new("Adam", 1e-3, (parameters, _) => new AdamStepper(parameters)),
        new("SGD, momentum 0.9", 1e-2, (parameters, _) => new MomentumStepper(parameters, 0.9)),
        new("AdaHessian", 1e-1, (parameters, generator) => new AdaHessianStepper(parameters, generator)),
    ];

    // The learning rate also scales the step bounds, so start from the rate that belongs to the options.
    private static Contender Alice(string name, AliceOptimizerOptions options) => new(name, options.LearningRate,
        (parameters, generator) =>
            new AliceStepper(new AliceOptimizer(parameters, options with { Generator = generator })));
}

/// <summary>AdaHessian: one gradient and one Hessian product per step.</summary>
internal sealed class AdaHessianStepper(IReadOnlyList<Parameter> parameters, Generator generator) : IStepper
{
    private readonly AdaHessian _optimizer = new(parameters, generator);

    public long Evaluations { get; private set; }

    public double Step(Func<Tensor> forward, Action clear, double learningRate)
    {
        Evaluations += 2;
        return _optimizer.Step(forward, learningRate);
    }

    public void Dispose() => _optimizer.Dispose();
}
