namespace Alice.ML.Models;

/// <summary>The function between the layers of a network, applied to each unit's sum <c>x</c>.</summary>
public enum Activation
{
    /// <summary>max(x, 0).</summary>
    ReLU = 0,

    /// <summary>x Φ(x) with the normal distribution function Φ, in its exact form ½(1 + erf(x/√2)).</summary>
    GELU = 1,

    /// <summary>x / (1 + exp(−x)), also called Swish.</summary>
    SiLU = 2,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh = 3,
}
