using System.Numerics;

namespace Alice.ML.Optimization.Tensors;

/// <summary>A vector of numbers of type <typeparamref name="T"/>. A kernel is written once for all widths and both
/// precisions. Implementations wrap one hardware vector, and all calls are inlined.</summary>
internal unsafe interface IVector<TSelf, T>
    where TSelf : struct, IVector<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(T* from);

    void Store(T* to);

    /// <summary>A vector with the same value in every lane.</summary>
    static abstract TSelf All(T value);

    /// <summary>A vector with the same value, rounded to T, in every lane.</summary>
    static abstract TSelf Constant(double value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a·b + c, with one rounding if the processor has such an instruction.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger value. NaN if <paramref name="b"/> is NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller value. NaN if <paramref name="b"/> is NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Abs(TSelf x);

    /// <summary>For each lane, <paramref name="then"/> if a &lt; b, otherwise <paramref name="otherwise"/>.</summary>
    static abstract TSelf IfLess(TSelf a, TSelf b, TSelf then, TSelf otherwise);

    /// <summary>a / b with an error of up to three units in the last place, for b from 1.2e-38 to 8.5e37. Faster than
    /// the operator on some processors.</summary>
    static abstract TSelf Quotient(TSelf a, TSelf b);

    /// <summary>√x with an error of up to two units in the last place, for finite x of 0 or more. Below 1.2e-38 the
    /// result may be too small.</summary>
    static abstract TSelf Root(TSelf x);

    /// <summary>The largest finite number.</summary>
    static abstract TSelf Largest { get; }
}
