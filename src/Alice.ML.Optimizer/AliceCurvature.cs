namespace Alice.ML.Optimization;

/// <summary>What the optimizer has measured of the loss landscape, averaged over the parameters of one group.</summary>
/// <param name="Group">Index of the parameter group.</param>
/// <param name="ParameterCount">Number of scalar parameters in the group.</param>
/// <param name="MeanGlassDensity">Mean of ρ, the variance of gradient changes per unit length.</param>
/// <param name="MeanHessian">Mean of |h|, the absolute second derivative. For
/// <see cref="HessianEstimate.RootMeanSquare"/>, the mean of the root-mean-square estimates.</param>
public sealed record AliceCurvature(int Group, long ParameterCount, double MeanGlassDensity, double MeanHessian);
