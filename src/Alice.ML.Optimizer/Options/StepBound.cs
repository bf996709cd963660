namespace Alice.ML.Optimization;

/// <summary>What the bounds of a step are measured in: with the learning rate lr, a step of one parameter lies between
/// lr · MinimumStep · f and lr · MaximumStep · f, where q is the size of its mean gradient and s its mean squared
/// gradient.
/// </summary>
public enum StepBound
{
    /// <summary>f = 1: the bounds are lengths.</summary>
    Fixed,

    /// <summary>f = q: the bounds are learning rates of gradient descent with momentum.</summary>
    Sgdm,

    /// <summary>f = q / (√s + ε): the bounds are learning rates of Adam. With regularization, which q has and s does
    /// not, f is at most what gradients alone can make it: √((1 − β₁)² / ((1 − β₂)(1 − β₁²/β₂))) by the Cauchy-Schwarz
    /// inequality, 7.3 for β₁ = 0.9 and β₂ = 0.999. So a weight without a gradient goes towards 0 in bounded steps.
    /// </summary>
    Adam,
}
