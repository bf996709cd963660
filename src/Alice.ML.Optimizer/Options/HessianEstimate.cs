namespace Alice.ML.Optimization;

/// <summary>
/// How the curvature h in the step is made from the differences ĥ = ½ (G₊ − G₋) / σ of sampled gradients.
/// </summary>
public enum HessianEstimate
{
    /// <summary>h = 0 in the step; the mean of |ĥ| is kept for reports only.</summary>
    Zero,

    /// <summary>h is the running mean of |ĥ|.</summary>
    Absolute,

    /// <summary>h is the root of the running mean of ĥ².</summary>
    RootMeanSquare,

    /// <summary>h is the size of the running mean of r · ĥ, r being the signs of the directions: the Hessian's diagonal
    /// (Hutchinson 1989). Not in the paper.
    /// </summary>
    Signed,
}
