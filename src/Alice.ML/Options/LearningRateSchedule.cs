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
