using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Alice.ML.Optimization.Tensors;

/// <summary>A vector of 16 numbers. Keep it like those of 8 and 4: only the vector type differs.</summary>
internal readonly unsafe struct Floats512(Vector512<float> vector) : IFloats<Floats512>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // Adding it puts n + 127 into the lowest bits of the significand.
    private const float ExponentMagic = (1 << 23) + (1 << 22) + 127;

    private const float LeastNormal = 1.17549435e-38f;

    private readonly Vector512<float> _vector = vector;

    public static Floats512 Largest => new(Vector512.Create(float.MaxValue));

    public static int Count => Vector512<float>.Count;

    [MethodImpl(Inline)]
    public static Floats512 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(Inline)]
    public void Store(float* to) => _vector.Store(to);

    [MethodImpl(Inline)]
    public static Floats512 All(float value) => new(Vector512.Create(value));

    [MethodImpl(Inline)]
    public static Floats512 Constant(double value) => new(Vector512.Create((float)value));

    [MethodImpl(Inline)]
    public static Floats512 operator +(Floats512 a, Floats512 b) => new(a._vector + b._vector);

    [MethodImpl(Inline)]
    public static Floats512 operator -(Floats512 a, Floats512 b) => new(a._vector - b._vector);

    [MethodImpl(Inline)]
    public static Floats512 operator *(Floats512 a, Floats512 b) => new(a._vector * b._vector);

    [MethodImpl(Inline)]
    public static Floats512 operator /(Floats512 a, Floats512 b) => new(a._vector / b._vector);

    [MethodImpl(Inline)]
    public static Floats512 MultiplyAdd(Floats512 a, Floats512 b, Floats512 c) =>
        new(Vector512.MultiplyAddEstimate(a._vector, b._vector, c._vector));

    [MethodImpl(Inline)]
    public static Floats512 Max(Floats512 a, Floats512 b) => new(Vector512.MaxNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Floats512 Min(Floats512 a, Floats512 b) => new(Vector512.MinNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Floats512 Abs(Floats512 x) => new(Vector512.Abs(x._vector));

    [MethodImpl(Inline)]
    public static Floats512 Round(Floats512 x) => new(Vector512.Round(x._vector));

    [MethodImpl(Inline)]
    public static Floats512 Log(Floats512 x) => new(Vector512.Log(x._vector));

    [MethodImpl(Inline)]
    public static Floats512 IfLess(Floats512 a, Floats512 b, Floats512 then, Floats512 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a._vector, b._vector), then._vector, otherwise._vector));

    // An estimate with 14 bits and one Newton step: it overlaps with other work better than the divider, which handles
    // one division at a time.
    [MethodImpl(Inline)]
    public static Floats512 Quotient(Floats512 a, Floats512 b)
    {
        if (!Avx512F.IsSupported)
            return a / b;
        var inverse = Avx512F.Reciprocal14(b._vector);
        var quotient = Vector512.MinNative(Vector512.Create(float.MaxValue), a._vector * inverse);
        var rest = Avx512F.FusedMultiplyAddNegated(b._vector, inverse, Vector512<float>.One);
        return new(Avx512F.FusedMultiplyAdd(quotient, rest, quotient));
    }

    [MethodImpl(Inline)]
    public static Floats512 Root(Floats512 x)
    {
        if (!Avx512F.IsSupported)
            return new(Vector512.Sqrt(x._vector));
        var inverse = Avx512F.ReciprocalSqrt14(Vector512.MaxNative(x._vector, Vector512.Create(LeastNormal)));
        var root = x._vector * inverse;
        var rest = Avx512F.FusedMultiplyAddNegated(root, inverse, Vector512<float>.One);
        return new(Avx512F.FusedMultiplyAdd(root * Vector512.Create(0.5f), rest, root));
    }

    [MethodImpl(Inline)]
    public static Floats512 PowerOfTwo(Floats512 n) =>
        new(((n._vector + Vector512.Create(ExponentMagic)).AsUInt32() << 23).AsSingle());

    [MethodImpl(Inline)]
    public float Sum() => Vector512.Sum(_vector);

    public float LargestLane() => new Floats256(Vector256.Max(_vector.GetLower(), _vector.GetUpper())).LargestLane();

    [MethodImpl(Inline)]
    public static Floats512 Counters(uint start) => new((Vector512<uint>.Indices + Vector512.Create(start)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats512 XorShifted(Floats512 x, int shift) =>
        new((x._vector.AsUInt32() ^ (x._vector.AsUInt32() >>> shift)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats512 MultiplyBits(Floats512 x, uint factor) =>
        new((x._vector.AsUInt32() * Vector512.Create(factor)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats512 Upper24(Floats512 x) =>
        new(Vector512.ConvertToSingle((x._vector.AsUInt32() >>> 8).AsInt32()));
}
