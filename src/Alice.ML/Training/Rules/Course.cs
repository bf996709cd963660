namespace Alice.ML.Training.Rules;

/// <summary>How the learning rate of a network changes from its first to its last step. Lengths are in passes over the
/// rows.</summary>
/// <param name="Schedule">The schedule, after the trunk.</param>
/// <param name="Passes">Length of the schedule.</param>
/// <param name="Trunk">Passes at the constant rate of the race before it.</param>
/// <param name="WarmUp">Share of the schedule's steps in which the rate rises from zero. Without it a network would
/// leave good starting weights, because the first steps of the optimizer do not know the size of its gradients.</param>
internal sealed record Course(LearningRateSchedule Schedule, double Passes, double Trunk = 0, double WarmUp = 0)
{
    /// <summary>Total number of passes.</summary>
    public double Length => Trunk + Passes;

    /// <summary>How to take the next step after a number of passes. Null: the course has ended.</summary>
    public StepPhase? At(double passes)
    {
        if (passes >= Length)
            return null;
        if (passes < Trunk)
            return new StepPhase(AutoRules.AveragedRate, Averages: false);
        var progress = (passes - Trunk) / Passes;
        var rate = Schedule.Factor(progress) * (WarmUp > 0 ? Math.Min(1, progress / WarmUp) : 1);
        return new StepPhase(rate, Schedule.Averages(progress));
    }
}

/// <summary>How a step is taken.</summary>
/// <param name="RateFactor">Factor on the learning rate.</param>
/// <param name="Averages">Whether the weights after the step enter the mean that predictions use.</param>
internal readonly record struct StepPhase(double RateFactor, bool Averages);
