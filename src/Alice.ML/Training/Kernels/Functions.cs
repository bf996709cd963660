using System.Runtime.CompilerServices;
using Alice.ML.Models.Layers;
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At(V x, out V slope)
    {
        var square = x * x;
        var p = V.All(ActivationFits.Tanh4);
        p = V.MultiplyAdd(p, square, V.All(ActivationFits.Tanh3));
        p = V.MultiplyAdd(p, square, V.All(ActivationFits.Tanh2));
        p = V.MultiplyAdd(p, square, V.All(ActivationFits.Tanh1));
        p = V.MultiplyAdd(p, square, V.All(ActivationFits.Tanh0));
        var near = V.MultiplyAdd(x * square, p, x);
        var size = V.Abs(x);
        var far = V.All(1) - V.All(2) / (Functions<V>.Exp(size + size) + V.All(1));
        far = V.IfLess(x, V.All(0), V.All(0) - far, far);
        var value = V.IfLess(size, V.All(ActivationFits.TanhNear), near, far);
        slope = V.All(1) - value * value;
        return value;
    }
}

/// <summary>x Φ(x) with the normal distribution function Φ.</summary>
internal readonly struct GELU<V> : IActivation<V> where V : struct, IFloats<V>
{
    private const float DensityAtZero = 0.39894228f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V At(V x, out V slope)
    {
        var z = V.Min(V.All(ActivationFits.TailEnd), V.Abs(x));
        var t = V.All(1) / V.MultiplyAdd(V.All(ActivationFits.TailScale), z, V.All(1));
        var u = z * V.All(-ActivationFits.TailScale) * t;
        var r = V.All(ActivationFits.Tail9);
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail8));
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail7));
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail6));
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail5));
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail4));
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail3));
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail2));
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail1));
        r = V.MultiplyAdd(r, u, V.All(ActivationFits.Tail0));
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
