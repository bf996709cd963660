namespace Alice.ML.Models;

/// <summary>Activation function of the hidden layers, applied to each unit's weighted sum x.</summary>
public enum Activation
{
    /// <summary>Rectified linear unit: max(x, 0).</summary>
    ReLU = 0,

    /// <summary>Gaussian error linear unit (Hendrycks and Gimpel 2016): x · Φ(x), where Φ(x) = ½(1 + erf(x/√2)) is the
    /// standard normal distribution function. This is the exact form, not the tanh approximation.</summary>
    GELU = 1,

    /// <summary>Sigmoid linear unit, also called Swish: x / (1 + exp(−x)).</summary>
    SiLU = 2,

    /// <summary>Hyperbolic tangent: tanh(x).</summary>
    Tanh = 3,
}
