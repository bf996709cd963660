namespace Alice.ML.Models.Layers;

/// <summary>Coefficients of the activations, for scoring and for training. Both polynomials are our own Chebyshev fits
/// (build/activation-fits.cs), evaluated by Horner's rule from the highest power down.</summary>
internal static class ActivationFits
{
    /// <summary>Φ(−z) = exp(−z²/2) R(u) with u = 1/(1 + 0.35 z) − 1, z ≥ 0: the form of Abramowitz &amp; Stegun,
    /// Handbook of Mathematical Functions, 26.2.17. R = ½ at z = 0, where it counts most; in single precision Φ is
    /// within 4e-8.</summary>
    public const float TailScale = 0.35f;

    /// <summary>Φ(−16) is zero in single precision.</summary>
    public const float TailEnd = 16;

    public const float Tail9 = -0.0257575f;
    public const float Tail8 = -0.10337904f;
    public const float Tail7 = -0.12571648f;
    public const float Tail6 = -0.020740034f;
    public const float Tail5 = -0.032483812f;
    public const float Tail4 = -0.16159514f;
    public const float Tail3 = 0.15937419f;
    public const float Tail2 = 0.9009656f;
    public const float Tail1 = 1.139835f;
    public const float Tail0 = 0.5f;

    /// <summary>tanh(x) = x + x³ P(x²) below this |x|; relative error 8e-8.</summary>
    public const float TanhNear = 0.625f;

    public const float Tanh4 = -0.0060967167f;
    public const float Tanh3 = 0.02099718f;
    public const float Tanh2 = -0.053850908f;
    public const float Tanh1 = 0.1333277f;
    public const float Tanh0 = -0.33333328f;
}
