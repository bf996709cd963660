namespace Alice.ML.Optimization;

/// <summary>
/// What the bounds of a step are measured in: a step of one parameter lies between MinimumLearningRate · f and
/// MaximumLearningRate · f, where q is the size of its mean gradient and s its mean squared gradient.
/// </summary>
public enum StepBound
{
    /// <summary>f = 1: the bounds are lengths.</summary>
    Fixed,

    /// <summary>f = q: the bounds are learning rates of gradient descent with momentum.</summary>
    Sgdm,

    /// <summary>f = q / (√s + ε): the bounds are learning rates of Adam.</summary>
    Adam,
}
