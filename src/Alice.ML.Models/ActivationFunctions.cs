using System.Numerics;
using System.Runtime.InteropServices;

namespace Alice.ML.Models;

/// <summary>Vectorised activations, accurate to a few units in the last place or 1e-7. Every one maps 0 to 0, which keeps the padding of a layer at zero, and NaN to NaN.</summary>
internal static class ActivationFunctions
{
    // Φ(−z) = exp(−z²/2) R(t) with t = 1/(1 + 0.35 z), z ≥ 0: the form of Abramowitz & Stegun, Handbook of Mathematical
    // Functions, 26.2.17. R is our own Chebyshev fit in u = t − 1, with R = ½ at z = 0 where it counts most; evaluated in
    // single precision, Φ is within 4e-8.
    private const float TailScale = 0.35f;

    private static ReadOnlySpan<float> TailCoefficients =>
    [
        -0.0257575f, -0.10337904f, -0.12571648f, -0.020740034f, -0.032483812f,
        -0.16159514f, 0.15937419f, 0.9009656f, 1.139835f, 0.5f,
    ];

    // Φ(−16) is zero in single precision.
    private const float TailEnd = 16f;

    // tanh(x) = x + x³ P(x²) below this |x|: our own Chebyshev fit of P, relative error of tanh 8e-8.
    private const float TanhNear = 0.625f;

    private static ReadOnlySpan<float> TanhCoefficients =>
        [-0.0060967167f, 0.02099718f, -0.053850908f, 0.1333277f, -0.33333328f];

    /// <summary>Applies the function in place. The length is a multiple of <see cref="DenseLayer.Lanes"/>.</summary>
    public static void Apply(Activation activation, Span<float> values)
    {
        foreach (ref var x in MemoryMarshal.Cast<float, Vector<float>>(values))
            x = activation switch
            {
                Activation.ReLU => ReLU(x),
                Activation.GELU => GELU(x),
                Activation.SiLU => SiLU(x),
                _ => Tanh(x),
            };
    }

    private static Vector<float> ReLU(Vector<float> x) =>
        Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector<float>.Zero, x);

    private static Vector<float> SiLU(Vector<float> x) => x / (Vector<float>.One + Vector.Exp(-x));

    private static Vector<float> GELU(Vector<float> x)
    {
        var z = Vector.Min(Vector.Abs(x), new Vector<float>(TailEnd));
        var t = Vector<float>.One / Vector.FusedMultiplyAdd(new Vector<float>(TailScale), z, Vector<float>.One);
        var tail = Polynomial(TailCoefficients, z * -TailScale * t) * Vector.Exp(z * z * -0.5f);
        return ReLU(x) - z * tail;
    }

    // TensorPrimitives.Tanh is not used: it gives -6e-8 for 0.
    private static Vector<float> Tanh(Vector<float> x)
    {
        var square = x * x;
        var near = Vector.FusedMultiplyAdd(x * square, Polynomial(TanhCoefficients, square), x);
        var far = Vector<float>.One - new Vector<float>(2) / (Vector.Exp(Vector.Abs(x) * 2f) + Vector<float>.One);
        return Vector.ConditionalSelect(
            Vector.LessThan(Vector.Abs(x), new Vector<float>(TanhNear)), near, Vector.CopySign(far, x));
    }

    /// <summary>Horner's rule; the highest power's coefficient comes first.</summary>
    private static Vector<float> Polynomial(ReadOnlySpan<float> coefficients, Vector<float> x)
    {
        var sum = new Vector<float>(coefficients[0]);
        for (var i = 1; i < coefficients.Length; i++)
            sum = Vector.FusedMultiplyAdd(sum, x, new Vector<float>(coefficients[i]));
        return sum;
    }
}
