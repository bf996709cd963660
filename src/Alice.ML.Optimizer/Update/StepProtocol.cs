namespace Alice.ML.Optimization.Update;

/// <summary>The points at which a step evaluates gradients.</summary>
internal enum EvaluationPoint
{
    /// <summary>ν + σ·r.</summary>
    Plus,

    /// <summary>ν − σ·r.</summary>
    Minus,

    /// <summary>ν.</summary>
    LookAhead,
}

/// <summary>One step of whoever trains: how it makes its points, evaluates gradients there and updates its state.
/// </summary>
internal interface IStepOfAlice
{
    /// <summary>Whether gradients are evaluated at three points (else at ν alone).</summary>
    bool IsSample { get; }

    /// <summary>Works out the two outer points. Only sample steps do.</summary>
    void Perturb();

    /// <summary>Evaluates the minibatch's gradient at a point and keeps it.</summary>
    /// <returns>Whether the step goes on: false where the loss or gradient is not finite.</returns>
    bool Evaluate(EvaluationPoint point);

    /// <summary>Averages curvature (sample steps only) and gradients, and moves ν and μ.</summary>
    void Update();
}

/// <summary>The order of a step (docs/alice-update.md), the same for <see cref="AliceOptimizer"/> and for the trainers.
/// </summary>
internal static class StepProtocol
{
    /// <summary>Takes a step. All evaluations are of one minibatch.</summary>
    /// <returns>Whether it was taken; else the state is as before.</returns>
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

    /// <summary>Decides the random directions of a step: its number in the run, and where parameters are apart (groups,
    /// devices), their part.</summary>
    /// <param name="run">The key of the run.</param>
    /// <param name="number">1 for the first step.</param>
    /// <param name="part">0 for the first part.</param>
    public static ulong Key(ulong run, long number, long part = 0)
    {
        var key = AliceDirections.Key(run, number - 1);
        return part == 0 ? key : AliceDirections.Key(key, part);
    }
}
