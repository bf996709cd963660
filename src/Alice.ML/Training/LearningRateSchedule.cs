using Alice.ML.Training.Rules;

namespace Alice.ML.Training;

/// <summary>How the learning rate changes over a run.</summary>
public enum LearningRateSchedule
{
    /// <summary>The same from first to last step.</summary>
    Constant,

    /// <summary>A tenth of it for the last ninth of the steps, as the paper's experiments have it.</summary>
    Drop,

    /// <summary>Half a cosine from the learning rate down to 1% of it (Loshchilov and Hutter 2017, without
    /// restarts).</summary>
    Cosine,

    /// <summary>Half of it from first to last step, as much as the mean of <see cref="Cosine"/>; the model has the mean
    /// of the weights of the second half of the steps (Izmailov et al. 2018, Averaging Weights Leads to Wider Optima
    /// and Better Generalization).
    /// </summary>
    Averaged,
}

internal static class LearningRateSchedules
{
    /// <summary>What the learning rate is multiplied by when <paramref name="progress"/> (0 to 1) of the steps are
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

    /// <summary>Whether the weights belong to the mean that the model has when <paramref name="progress"/> (0 to 1) of
    /// the steps are done.</summary>
    public static bool Averages(this LearningRateSchedule schedule, double progress) =>
        schedule == LearningRateSchedule.Averaged && progress >= 0.5;
}
