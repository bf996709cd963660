using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Optimization.Tensors;

/// <summary>Tensor arithmetic that is safe under garbage collection on other threads. TorchSharp 0.107 passes the
/// native address of a Scalar to libtorch without keeping the object alive, and most operators create such Scalars from
/// numbers. They may be finalized while libtorch reads them, which causes "Unknown scalar type" or a wrong number.
/// Here, constants are tensors, and Scalars are static or disposed after the call. build/BannedSymbols.Scalars.txt
/// lists what the build bans elsewhere: methods that take a Scalar or create one (a + b, but not a − b or a ·
/// b).</summary>
[SuppressMessage("ApiDesign", "RS0030", Justification = "The one place with Scalars; each outlives the call that it "
    + "is for.")]
internal static class TensorMath
{
    private static readonly Scalar One = 1;

    /// <summary>a + b. The operator would create a Scalar for the factor 1 of b.</summary>
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

    /// <summary>A 0-dimensional CPU tensor of the same dtype. Operations accept it with tensors on any
    /// device.</summary>
    public static Tensor Constant(this Tensor like, double value) => tensor(value, like.dtype);

    /// <summary>A 0-dimensional integer tensor on the CPU.</summary>
    public static Tensor Integer(long value) => tensor(value);

    /// <summary>v + memory · (x − v): updates the running mean x with the value v.</summary>
    public static Tensor Mean(Tensor x, Tensor v, double memory) => v.Plus((x - v) * x.Constant(memory));
}
