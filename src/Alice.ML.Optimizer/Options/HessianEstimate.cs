namespace Alice.ML.Optimization;

/// <summary>How the curvature h of a step is computed from ĥ = ½ (G₊ − G₋) / σ, where G₊ and G₋ are the two outer
/// gradients of a sample step at distance σ.</summary>
public enum HessianEstimate
{
    /// <summary>h = 0: the step ignores the curvature. The mean of |ĥ| is still kept for reports.</summary>
    Zero,

    /// <summary>h is the running mean of |ĥ|.</summary>
    Absolute,

    /// <summary>h is the square root of the running mean of ĥ².</summary>
    RootMeanSquare,

    /// <summary>h is the absolute value of the running mean of r · ĥ, where r holds the signs of the direction. The
    /// mean estimates the diagonal of the Hessian (Hutchinson 1989). Not in the paper.</summary>
    Signed,
}
