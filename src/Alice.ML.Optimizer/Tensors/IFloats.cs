namespace Alice.ML.Optimization.Tensors;

/// <summary>A vector of single-precision numbers, with functions that networks need.</summary>
internal interface IFloats<TSelf> : IVector<TSelf, float> where TSelf : struct, IFloats<TSelf>
{
    /// <summary>Rounds to the nearest whole number.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>The natural logarithm.</summary>
    static abstract TSelf Log(TSelf x);

    /// <summary>2ⁿ for whole n from −126 to 127.</summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>The sum of the lanes.</summary>
    float Sum();

    /// <summary>The largest lane. If a lane is NaN, any of them.</summary>
    float LargestLane();

    /// <summary>The unsigned integers start, start + 1, … as bits.</summary>
    static abstract TSelf Counters(uint start);

    /// <summary>x ⊕ (x ≫ shift) of the bits.</summary>
    static abstract TSelf XorShifted(TSelf x, int shift);

    /// <summary>The bits, multiplied as unsigned integers modulo 2³².</summary>
    static abstract TSelf MultiplyBits(TSelf x, uint factor);

    /// <summary>The upper 24 bits as a number from 0 to 2²⁴ − 1.</summary>
    static abstract TSelf Upper24(TSelf x);
}
