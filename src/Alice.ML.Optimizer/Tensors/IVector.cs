using System.Numerics;

namespace Alice.ML.Optimization.Tensors;

/// <summary>A vector of real numbers of type <typeparamref name="T"/>, so that each kernel is written once for every
/// width and both precisions. The implementations wrap one hardware vector; everything inlines.
/// </summary>
internal unsafe interface IVector<TSelf, T>
    where TSelf : struct, IVector<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Numbers in a vector.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(T* from);

    void Store(T* to);

    /// <summary>One value in every lane.</summary>
    static abstract TSelf All(T value);

    /// <summary>One value, rounded to T, in every lane.</summary>
    static abstract TSelf Constant(double value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a·b + c; rounded once where the processor has such an instruction.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger of both; NaN where <paramref name="b"/> is NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller of both; NaN where <paramref name="b"/> is NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Abs(TSelf x);

    /// <summary>Per lane <paramref name="then"/> where a &lt; b, else <paramref name="otherwise"/>.</summary>
    static abstract TSelf IfLess(TSelf a, TSelf b, TSelf then, TSelf otherwise);

    /// <summary>a / b to three units of the last place, which takes less time than the operator on some processors. For
    /// b from 1.2e-38 to 8.5e37.
    /// </summary>
    static abstract TSelf Quotient(TSelf a, TSelf b);

    /// <summary>√x to two units of the last place, likewise. For finite x from 0 on; below 1.2e-38 it may be too
    /// small.</summary>
    static abstract TSelf Root(TSelf x);

    /// <summary>The largest finite number.</summary>
    static abstract TSelf Largest { get; }
}
