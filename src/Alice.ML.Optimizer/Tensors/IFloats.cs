namespace Alice.ML.Optimization.Tensors;

/// <summary>A vector of single-precision numbers, with what networks need of it beyond arithmetic.</summary>
internal interface IFloats<TSelf> : IVector<TSelf, float> where TSelf : struct, IFloats<TSelf>
{
    /// <summary>The nearest whole number.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>The natural logarithm.</summary>
    static abstract TSelf Log(TSelf x);

    /// <summary>2ⁿ for whole n from −126 to 127.</summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>The sum of the lanes.</summary>
    float Sum();

    /// <summary>The largest lane; any, where one is NaN.</summary>
    float LargestLane();

    /// <summary>Unsigned integers start, start + 1, …, as bits.</summary>
    static abstract TSelf Counters(uint start);

    /// <summary>x ⊕ (x ≫ shift) of the bits.</summary>
    static abstract TSelf XorShifted(TSelf x, int shift);

    /// <summary>The product of the bits as unsigned integers, modulo 2³².</summary>
    static abstract TSelf MultiplyBits(TSelf x, uint factor);

    /// <summary>The upper 24 bits, as a number from 0 to 2²⁴ − 1.</summary>
    static abstract TSelf Upper24(TSelf x);
}
