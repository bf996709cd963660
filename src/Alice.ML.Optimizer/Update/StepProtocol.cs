namespace Alice.ML.Optimization.Update;

/// <summary>The points at which a step evaluates the gradient.</summary>
internal enum EvaluationPoint
{
    /// <summary>ν + σ·r.</summary>
    Plus,

    /// <summary>ν − σ·r.</summary>
    Minus,

    /// <summary>ν.</summary>
    LookAhead,
}

/// <summary>The parts of a step that differ between the optimizer and the trainers.</summary>
internal interface IStepOfAlice
{
    /// <summary>Whether the step has three gradients instead of one.</summary>
    bool IsSample { get; }

    /// <summary>Computes the outer points. Called only in sample steps.</summary>
    void Perturb();

    /// <summary>Evaluates the gradient of the minibatch at a point and stores it.</summary>
    /// <returns>False if the loss or the gradient is not finite, so that the step ends.</returns>
    bool Evaluate(EvaluationPoint point);

    /// <summary>Updates the curvature (only in sample steps) and the gradient averages, and moves ν and μ.</summary>
    void Update();
}

/// <summary>The order of a step (docs/alice-update.md), for <see cref="AliceOptimizer"/> and for the
/// trainers.</summary>
internal static class StepProtocol
{
    /// <summary>Takes a step. All evaluations use the same minibatch.</summary>
    /// <returns>Whether it was taken. Otherwise, the state has not changed.</returns>
    public static bool Take<TStep>(ref TStep step)
        where TStep : IStepOfAlice, allows ref struct
    {
        if (step.IsSample)
        {
            step.Perturb();
            if (!step.Evaluate(EvaluationPoint.Plus) || !step.Evaluate(EvaluationPoint.Minus))
                return false;
        }
        if (!step.Evaluate(EvaluationPoint.LookAhead))
            return false;
        step.Update();
        return true;
    }

    /// <summary>The key of the random directions of a step.</summary>
    /// <param name="run">The key of the run.</param>
    /// <param name="number">Number of the step, from 1.</param>
    /// <param name="part">Index of the parameter group or device, from 0.</param>
    public static ulong Key(ulong run, long number, long part = 0)
    {
        var key = AliceDirections.Key(run, number - 1);
        return part == 0 ? key : AliceDirections.Key(key, part);
    }
}
