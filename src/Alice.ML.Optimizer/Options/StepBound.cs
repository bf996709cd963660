namespace Alice.ML.Optimization;

/// <summary>Unit of the bounds of a step. The step of one parameter has a length between lr · MinimumStep · f and lr ·
/// MaximumStep · f, where lr is the learning rate and f depends on the unit. Below, q is the absolute mean gradient of
/// the parameter and s its mean squared gradient.</summary>
public enum StepBound
{
    /// <summary>f = 1: the bounds are absolute lengths.</summary>
    Fixed,

    /// <summary>f = q: the bounds are learning rates of gradient descent with momentum.</summary>
    Sgdm,

    /// <summary>f = q / (√s + ε): the bounds are learning rates of Adam. Regularization is included in q but not in s.
    /// So f is limited to the largest value that gradients alone can give it: √((1 − β₁)² / ((1 − β₂)(1 − β₁²/β₂))), by
    /// the Cauchy-Schwarz inequality. This is 7.3 for β₁ = 0.9 and β₂ = 0.999. The limit keeps steps bounded for a
    /// weight that has no gradient and is pulled towards 0.</summary>
    Adam,
}
