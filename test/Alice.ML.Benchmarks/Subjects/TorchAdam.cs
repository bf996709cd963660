using System.Diagnostics.CodeAnalysis;
using Alice.ML.Tool.Comparing;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>TorchSharp's own Adam, to measure times beside. Its Scalars are not safe beside garbage collections on
/// other threads. A measurement runs on one thread, which collects only where it allocates and so never while libtorch
/// reads a Scalar; for anything else there is <see cref="AdamStepper"/>.
/// </summary>
[SuppressMessage("ApiDesign", "RS0030", Justification = "What is measured.")]
internal sealed class TorchAdam(IReadOnlyList<Parameter> parameters) : GradientStepper
{
    private readonly Adam _optimizer = optim.Adam(parameters);

    public override void Dispose() => _optimizer.Dispose();

    /// <summary>One step with the gradients of now.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        _optimizer.step();
    }

    protected override void Update(double learningRate)
    {
        foreach (var group in _optimizer.ParamGroups)
            group.LearningRate = learningRate;
        _optimizer.step();
    }
}
