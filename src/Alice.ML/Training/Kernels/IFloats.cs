namespace Alice.ML.Training.Kernels;

/// <summary>
/// A vector of single-precision numbers, so that each kernel is written once for every width. The implementations wrap one hardware vector;
/// everything inlines.
/// </summary>
internal unsafe interface IFloats<TSelf> where TSelf : struct, IFloats<TSelf>
{
    /// <summary>Numbers in a vector.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(float* from);

    void Store(float* to);

    /// <summary>One value in every lane.</summary>
    static abstract TSelf All(float value);

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

    /// <summary>The nearest whole number.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>The natural logarithm.</summary>
    static abstract TSelf Log(TSelf x);

    /// <summary>A mask: all bits set where a &lt; b.</summary>
    static abstract TSelf Less(TSelf a, TSelf b);

    /// <summary>Per lane <paramref name="a"/> where the mask's bits are set, else <paramref name="b"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf a, TSelf b);

    /// <summary>2ⁿ for whole n from −126 to 127.</summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>The sum of the lanes.</summary>
    float Sum();

    /// <summary>The largest lane; any, where one is NaN.</summary>
    float Largest();

    /// <summary>Unsigned integers start, start + 1, …, as bits.</summary>
    static abstract TSelf Counters(uint start);

    /// <summary>x ⊕ (x ≫ shift) of the bits.</summary>
    static abstract TSelf XorShifted(TSelf x, int shift);

    /// <summary>The product of the bits as unsigned integers, modulo 2³².</summary>
    static abstract TSelf MultiplyBits(TSelf x, uint factor);

    /// <summary>The upper 24 bits, as a number from 0 to 2²⁴ − 1.</summary>
    static abstract TSelf Upper24(TSelf x);
}
