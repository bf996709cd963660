namespace Alice.ML.Training.Rules;

/// <summary>The rates of a <see cref="LearningRateSchedule"/>.</summary>
internal static class LearningRateSchedules
{
    /// <summary>Factor on the learning rate when a share <paramref name="progress"/> (0 to 1) of the steps is
    /// done.</summary>
    public static double Factor(this LearningRateSchedule schedule, double progress) => schedule switch
    {
        LearningRateSchedule.Constant => 1,
        LearningRateSchedule.Drop => progress < 8.0 / 9 ? 1 : 0.1,
        LearningRateSchedule.Cosine =>
            AutoRules.CosineFloor + (1 - AutoRules.CosineFloor) * 0.5 * (1 + Math.Cos(Math.PI * progress)),
        LearningRateSchedule.Averaged => AutoRules.AveragedRate,
        _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, null),
    };

    /// <summary>Whether the weights enter the model's mean when a share <paramref name="progress"/> (0 to 1) of the
    /// steps is done.</summary>
    public static bool Averages(this LearningRateSchedule schedule, double progress) =>
        schedule == LearningRateSchedule.Averaged && progress >= 0.5;
}
