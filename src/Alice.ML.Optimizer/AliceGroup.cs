using Alice.ML.Optimization.Update;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>A parameter group: its blocks, and the constants of the current step.</summary>
internal sealed class AliceGroup : IDisposable
{
    // More than the combinations of dtypes and devices.
    private const long MostBlocks = 1024;

    private readonly int _index;
    private readonly AliceOptimizer.Options _options;
    private bool _tookPart;

    public AliceGroup(int index, IReadOnlyList<Parameter> parameters, AliceOptimizer.Options options)
    {
        (_index, _options) = (index, options);
        Blocks = parameters
            .GroupBy(p => (p.dtype, p.device_type, p.device_index))
            .Select(same => new ParameterBlock(same.ToList()))
            .ToList();
    }

    public IReadOnlyList<ParameterBlock> Blocks { get; }

    public AliceOptimizerOptions Settings => _options.Settings;

    /// <summary>The current step. Null while a learning rate of 0 pauses the group.</summary>
    public AliceStep? Step { get; private set; }

    public bool IsSample => Step is { IsSample: true };

    /// <summary>Whether the group pauses now and took part in the last step, or the reverse.</summary>
    public bool HasOtherPause => Step is null == _tookPart;

    /// <summary>Whether the averages of all parameters are filled. From then on, the constants of a step hardly depend
    /// on its number: only β₂′ and β₃′ do, while they are below β₂ and β₃.</summary>
    public bool IsSettled =>
        Step is { Moves: true } && !Blocks.Any(block => block.IsFilling(AliceStep.Window(Settings)));

    /// <summary>Computes the constants of the next step.</summary>
    /// <exception cref="InvalidOperationException">The learning rate is negative or not finite.</exception>
    public void Plan()
    {
        var learningRate = _options.LearningRate ?? Settings.LearningRate;
        if (!(learningRate >= 0 && double.IsFinite(learningRate)))
            throw new InvalidOperationException(
                FormattableString.Invariant($"The learning rate of parameter group {_index} is {learningRate}; ")
                + "it must be a finite number, 0 or more. Look at the schedule that set it.");
        Step = learningRate == 0
            ? null
            : AliceStep.Create(Settings, learningRate, _options.StepCount + 1);
    }

    /// <summary>Computes the outer points of a sample step.</summary>
    public void Perturb(Func<Parameter, Tensor>? directions, ulong runKey)
    {
        if (Step is not { IsSample: true } step)
            return;
        for (var i = 0; i < Blocks.Count; i++)
            Blocks[i].Perturb(step, directions, StepProtocol.Key(runKey, step.Number, _index * MostBlocks + i));
    }

    /// <summary>Sets the parameters of the module to a point. In a quick step, that is always ν.</summary>
    public void Place(EvaluationPoint point)
    {
        foreach (var block in Blocks)
            block.Place(IsSample ? point : EvaluationPoint.LookAhead);
    }

    /// <summary>Stores the gradients of a point if the step of this group needs them.</summary>
    public void Gather(EvaluationPoint point, FiniteCheck check)
    {
        if (Step is null || (point != EvaluationPoint.LookAhead && !IsSample))
            return;
        foreach (var block in Blocks)
            check.AddGradient(block.Gather(point, IsSample));
    }

    /// <summary>Applies the step.</summary>
    public void Update(Tensor? finite)
    {
        _tookPart = Step is not null;
        if (Step is not { } step)
            return;
        foreach (var block in Blocks)
            block.Update(number => step.As(Settings, number), finite);
        _options.StepCount++;
    }

    /// <summary>Subtracts steps that turned out to be skipped from the counts, if the group took part in
    /// them.</summary>
    public void Uncount(long skipped)
    {
        if (!_tookPart)
            return;
        _options.StepCount -= skipped;
        foreach (var block in Blocks)
            block.Uncount(skipped);
    }

    public AliceCurvature Curvature()
    {
        var count = Blocks.Sum(block => block.Count);
        var (glass, hessian) = (0.0, 0.0);
        foreach (var block in Blocks.Where(block => block.Count > 0))
        {
            var (meanGlass, meanHessian) = AliceUpdate.Curvature(block.State, Settings.HessianEstimate);
            glass += meanGlass * block.Count / count;
            hessian += meanHessian * block.Count / count;
        }
        return new AliceCurvature(_index, count, glass, hessian);
    }

    public void Dispose()
    {
        foreach (var block in Blocks)
            block.Dispose();
    }
}
