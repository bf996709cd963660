using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Optimization.Tensors;

/// <summary>
/// Arithmetic that is safe beside garbage collection on other threads. TorchSharp 0.107 hands the native address of a
/// Scalar to libtorch without keeping the object alive, and most operators make such Scalars from numbers: they can
/// be finalised while libtorch reads them ("Unknown scalar type", or a wrong number). Here constants are tensors, and
/// a Scalar lives for ever or is disposed after the call. build/BannedSymbols.Scalars.txt lists what the build refuses
/// elsewhere: what takes a Scalar, and what makes one inside (a + b, but not a − b or a · b).
/// </summary>
[SuppressMessage("ApiDesign", "RS0030", Justification = "The one place with Scalars; each outlives the call that it "
    + "is for.")]
internal static class TensorMath
{
    private static readonly Scalar One = 1;

    /// <summary>a + b. (The operator makes a Scalar for the factor 1 of b.)</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a ← a + b.</summary>
    public static Tensor Add(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a + factor · b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b, double factor)
    {
        using Scalar scalar = factor;
        return a.add(b, scalar);
    }

    /// <summary>a ← a + factor · b.</summary>
    public static Tensor Add(this Tensor a, Tensor b, double factor)
    {
        using Scalar scalar = factor;
        return a.add_(b, scalar);
    }

    /// <summary>a + b · c.</summary>
    public static Tensor PlusProduct(this Tensor a, Tensor b, Tensor c) => a.addcmul(b, c, One);

    /// <summary>a + factor · b · c.</summary>
    public static Tensor PlusProduct(this Tensor a, Tensor b, Tensor c, double factor)
    {
        using Scalar scalar = factor;
        return a.addcmul(b, c, scalar);
    }

    /// <summary>a ← a + b · c.</summary>
    public static Tensor AddProduct(this Tensor a, Tensor b, Tensor c) => a.addcmul_(b, c, One);

    /// <summary>a ← a + factor · b / c.</summary>
    public static Tensor AddQuotient(this Tensor a, Tensor b, Tensor c, double factor)
    {
        using Scalar scalar = factor;
        return a.addcdiv_(b, c, scalar);
    }

    /// <summary>a ← a · factor.</summary>
    public static Tensor Scale(this Tensor a, double factor)
    {
        using Scalar scalar = factor;
        return a.mul_(scalar);
    }

    /// <summary>a ← a + summand.</summary>
    public static Tensor Shift(this Tensor a, double summand)
    {
        using Scalar scalar = summand;
        return a.add_(scalar, One);
    }

    /// <summary>
    /// A 0-dimensional tensor on the CPU of the same dtype, which operations accept beside tensors on any device.
    /// </summary>
    public static Tensor Constant(this Tensor like, double value) => tensor(value, like.dtype);

    /// <summary>An integer as a 0-dimensional tensor on the CPU.</summary>
    public static Tensor Integer(long value) => tensor(value);

    /// <summary>v + memory · (x − v): the running mean x with a new value v.</summary>
    public static Tensor Mean(Tensor x, Tensor v, double memory) => v.Plus((x - v) * x.Constant(memory));
}
