namespace Alice.ML.Training;

/// <summary>How the learning rate changes during training.</summary>
public enum LearningRateSchedule
{
    /// <summary>The learning rate stays constant.</summary>
    Constant,

    /// <summary>The learning rate drops to a tenth for the last ninth of the steps, as in the experiments of the paper
    /// (Duersch et al., arXiv 2411.16914).</summary>
    Drop,

    /// <summary>The learning rate follows half a cosine from its initial value down to 1% of it (Loshchilov and Hutter
    /// 2017, without restarts).</summary>
    Cosine,

    /// <summary>The learning rate is constant at half its initial value, about the mean of <see cref="Cosine"/>. The
    /// model gets the average of the weights over the second half of the steps (Izmailov et al. 2018, Averaging Weights
    /// Leads to Wider Optima and Better Generalization).</summary>
    Averaged,
}
