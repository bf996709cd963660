using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Alice.ML.Models.Layers;

/// <summary>
/// Vectorised activations, within 2e-7 of their value's size or of 1. Every one maps 0 to 0, which keeps the padding of
/// a layer at zero, and NaN to NaN.
/// </summary>
internal static class ActivationFunctions
{
    /// <summary>Applies the function in place. The length is a multiple of <see cref="DenseLayer.Lanes"/>.</summary>
    public static void Apply(Activation activation, Span<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        switch (activation)
        {
            case Activation.ReLU:
                foreach (ref var x in vectors)
                    x = ReLU(x);
                break;
            case Activation.GELU:
                foreach (ref var x in vectors)
                    x = GELU(x);
                break;
            case Activation.SiLU:
                foreach (ref var x in vectors)
                    x = SiLU(x);
                break;
            case Activation.Tanh:
                foreach (ref var x in vectors)
                    x = Tanh(x);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ReLU(Vector<float> x) =>
        Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector<float>.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> SiLU(Vector<float> x) => x / (Vector<float>.One + Vector.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> GELU(Vector<float> x)
    {
        var z = Vector.Min(Vector.Abs(x), new Vector<float>(ActivationFits.TailEnd));
        var t = Vector<float>.One
            / Vector.FusedMultiplyAdd(new Vector<float>(ActivationFits.TailScale), z, Vector<float>.One);
        var u = z * -ActivationFits.TailScale * t;
        var r = new Vector<float>(ActivationFits.Tail9);
        r = Next(r, u, ActivationFits.Tail8);
        r = Next(r, u, ActivationFits.Tail7);
        r = Next(r, u, ActivationFits.Tail6);
        r = Next(r, u, ActivationFits.Tail5);
        r = Next(r, u, ActivationFits.Tail4);
        r = Next(r, u, ActivationFits.Tail3);
        r = Next(r, u, ActivationFits.Tail2);
        r = Next(r, u, ActivationFits.Tail1);
        r = Next(r, u, ActivationFits.Tail0);
        var tail = r * Vector.Exp(z * z * -0.5f);
        return ReLU(x) - z * tail;
    }

    // TensorPrimitives.Tanh is not used: it gives -6e-8 for 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Tanh(Vector<float> x)
    {
        var square = x * x;
        var p = new Vector<float>(ActivationFits.Tanh4);
        p = Next(p, square, ActivationFits.Tanh3);
        p = Next(p, square, ActivationFits.Tanh2);
        p = Next(p, square, ActivationFits.Tanh1);
        p = Next(p, square, ActivationFits.Tanh0);
        var near = Vector.FusedMultiplyAdd(x * square, p, x);
        var far = Vector<float>.One - new Vector<float>(2) / (Vector.Exp(Vector.Abs(x) * 2f) + Vector<float>.One);
        return Vector.ConditionalSelect(
            Vector.LessThan(Vector.Abs(x), new Vector<float>(ActivationFits.TanhNear)), near, Vector.CopySign(far, x));
    }

    /// <summary>A step of Horner's rule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Next(Vector<float> sum, Vector<float> x, float coefficient) =>
        Vector.FusedMultiplyAdd(sum, x, new Vector<float>(coefficient));
}
