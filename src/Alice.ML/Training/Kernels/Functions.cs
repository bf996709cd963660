using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>An activation and its derivative, within 1e-6 of their size or of 1. It maps 0 to 0: the padding of a layer
/// stays zero.</summary>
internal interface IActivation<V> where V : struct, IFloats<V>
{
    static abstract V At(V x, out V slope);
}

/// <summary>x / (1 + exp(−x)).</summary>
internal readonly struct SiLU<V> : IActivation<V> where V : struct, IFloats<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At(V x, out V slope)
    {
        var sigmoid = V.All(1) / (V.All(1) + Functions<V>.Exp(V.All(0) - x));
        var value = x * sigmoid;
        slope = V.MultiplyAdd(value, V.All(1) - sigmoid, sigmoid);
        return value;
    }
}

/// <summary>The hyperbolic tangent.</summary>
internal readonly struct Tanh<V> : IActivation<V> where V : struct, IFloats<V>
{
    // tanh(x) = x + x³ P(x²) below this |x|: our own Chebyshev fit of P, relative error of tanh 8e-8.
    private const float Near = 0.625f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At(V x, out V slope)
    {
        var square = x * x;
        var p = V.All(-0.0060967167f);
        p = V.MultiplyAdd(p, square, V.All(0.02099718f));
        p = V.MultiplyAdd(p, square, V.All(-0.053850908f));
        p = V.MultiplyAdd(p, square, V.All(0.1333277f));
        p = V.MultiplyAdd(p, square, V.All(-0.33333328f));
        var near = V.MultiplyAdd(x * square, p, x);
        var size = V.Abs(x);
        var far = V.All(1) - V.All(2) / (Functions<V>.Exp(size + size) + V.All(1));
        far = V.IfLess(x, V.All(0), V.All(0) - far, far);
        var value = V.IfLess(size, V.All(Near), near, far);
        slope = V.All(1) - value * value;
        return value;
    }
}

/// <summary>x Φ(x) with the normal distribution function Φ.</summary>
internal readonly struct GELU<V> : IActivation<V> where V : struct, IFloats<V>
{
    // Φ(−z) = exp(−z²/2) R(t) with t = 1/(1 + 0.35 z), z ≥ 0: the form of Abramowitz & Stegun, Handbook of Mathematical
    // Functions, 26.2.17. R is our own Chebyshev fit in u = t − 1, that of Alice.ML.Models.ActivationFunctions.
    private const float TailScale = 0.35f;

    // Φ(−16) is zero in single precision.
    private const float TailEnd = 16;

    private const float DensityAtZero = 0.39894228f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At(V x, out V slope)
    {
        var z = V.Min(V.All(TailEnd), V.Abs(x));
        var t = V.All(1) / V.MultiplyAdd(V.All(TailScale), z, V.All(1));
        var u = z * V.All(-TailScale) * t;
        var r = V.All(-0.0257575f);
        r = V.MultiplyAdd(r, u, V.All(-0.10337904f));
        r = V.MultiplyAdd(r, u, V.All(-0.12571648f));
        r = V.MultiplyAdd(r, u, V.All(-0.020740034f));
        r = V.MultiplyAdd(r, u, V.All(-0.032483812f));
        r = V.MultiplyAdd(r, u, V.All(-0.16159514f));
        r = V.MultiplyAdd(r, u, V.All(0.15937419f));
        r = V.MultiplyAdd(r, u, V.All(0.9009656f));
        r = V.MultiplyAdd(r, u, V.All(1.139835f));
        r = V.MultiplyAdd(r, u, V.All(0.5f));
        var bell = Functions<V>.Exp(z * z * V.All(-0.5f));
        var tail = r * bell;
        var cumulative = V.IfLess(x, V.All(0), tail, V.All(1) - tail);
        slope = V.MultiplyAdd(x * V.All(DensityAtZero), bell, cumulative);
        return V.Max(V.All(0), x) - z * tail;
    }
}

/// <summary>Elementary functions on vectors.</summary>
internal static class Functions<V> where V : struct, IFloats<V>
{
    private const float PerLog2 = 1.44269504f;

    // ln 2 in two parts: n times the first is exact.
    private const float Log2Upper = 0.693359375f;
    private const float Log2Lower = -2.12194440e-4f;

    // Below it 0, so that no factor is denormal; above, infinity.
    private const float Lowest = -86.6f;
    private const float Highest = 88.8f;

    /// <summary>eˣ to 2e-7 of its size; 0 below 2.5e-38, infinity where it overflows, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        var bounded = V.Max(V.All(Lowest), V.Min(V.All(Highest), x));
        var n = V.Round(bounded * V.All(PerLog2));
        var rest = V.MultiplyAdd(n, V.All(-Log2Lower), V.MultiplyAdd(n, V.All(-Log2Upper), bounded));
        // Taylor's series on ±½ ln 2; what is left out is 5e-9.
        var sum = V.All(1f / 5040);
        sum = V.MultiplyAdd(sum, rest, V.All(1f / 720));
        sum = V.MultiplyAdd(sum, rest, V.All(1f / 120));
        sum = V.MultiplyAdd(sum, rest, V.All(1f / 24));
        sum = V.MultiplyAdd(sum, rest, V.All(1f / 6));
        sum = V.MultiplyAdd(sum, rest, V.All(0.5f));
        sum = V.MultiplyAdd(sum, rest, V.All(1));
        sum = V.MultiplyAdd(sum, rest, V.All(1));
        // 2ⁿ itself is infinite for the last numbers that do not overflow.
        var value = (sum + sum) * V.PowerOfTwo(n - V.All(1));
        return V.IfLess(x, V.All(Lowest), V.All(0), value);
    }
}
