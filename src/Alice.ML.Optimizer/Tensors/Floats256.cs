using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Optimization.Tensors;

/// <summary>A vector of 8 numbers. See <see cref="Floats512"/>.</summary>
internal readonly unsafe struct Floats256(Vector256<float> vector) : IFloats<Floats256>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // Adding it puts n + 127 into the lowest bits of the significand.
    private const float ExponentMagic = (1 << 23) + (1 << 22) + 127;

    private readonly Vector256<float> _vector = vector;

    public static Floats256 Largest => new(Vector256.Create(float.MaxValue));

    public static int Count => Vector256<float>.Count;

    [MethodImpl(Inline)]
    public static Floats256 Load(float* from) => new(Vector256.Load(from));

    [MethodImpl(Inline)]
    public void Store(float* to) => _vector.Store(to);

    [MethodImpl(Inline)]
    public static Floats256 All(float value) => new(Vector256.Create(value));

    [MethodImpl(Inline)]
    public static Floats256 Constant(double value) => new(Vector256.Create((float)value));

    [MethodImpl(Inline)]
    public static Floats256 operator +(Floats256 a, Floats256 b) => new(a._vector + b._vector);

    [MethodImpl(Inline)]
    public static Floats256 operator -(Floats256 a, Floats256 b) => new(a._vector - b._vector);

    [MethodImpl(Inline)]
    public static Floats256 operator *(Floats256 a, Floats256 b) => new(a._vector * b._vector);

    [MethodImpl(Inline)]
    public static Floats256 operator /(Floats256 a, Floats256 b) => new(a._vector / b._vector);

    [MethodImpl(Inline)]
    public static Floats256 MultiplyAdd(Floats256 a, Floats256 b, Floats256 c) =>
        new(Vector256.MultiplyAddEstimate(a._vector, b._vector, c._vector));

    [MethodImpl(Inline)]
    public static Floats256 Max(Floats256 a, Floats256 b) => new(Vector256.MaxNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Floats256 Min(Floats256 a, Floats256 b) => new(Vector256.MinNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Floats256 Abs(Floats256 x) => new(Vector256.Abs(x._vector));

    [MethodImpl(Inline)]
    public static Floats256 Round(Floats256 x) => new(Vector256.Round(x._vector));

    [MethodImpl(Inline)]
    public static Floats256 Log(Floats256 x) => new(Vector256.Log(x._vector));

    [MethodImpl(Inline)]
    public static Floats256 IfLess(Floats256 a, Floats256 b, Floats256 then, Floats256 otherwise) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(a._vector, b._vector), then._vector, otherwise._vector));

    [MethodImpl(Inline)]
    public static Floats256 Quotient(Floats256 a, Floats256 b) => new(a._vector / b._vector);

    [MethodImpl(Inline)]
    public static Floats256 Root(Floats256 x) => new(Vector256.Sqrt(x._vector));

    [MethodImpl(Inline)]
    public static Floats256 PowerOfTwo(Floats256 n) =>
        new(((n._vector + Vector256.Create(ExponentMagic)).AsUInt32() << 23).AsSingle());

    [MethodImpl(Inline)]
    public float Sum() => Vector256.Sum(_vector);

    public float LargestLane() => new Floats128(Vector128.Max(_vector.GetLower(), _vector.GetUpper())).LargestLane();

    [MethodImpl(Inline)]
    public static Floats256 Counters(uint start) => new((Vector256<uint>.Indices + Vector256.Create(start)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats256 XorShifted(Floats256 x, int shift) =>
        new((x._vector.AsUInt32() ^ (x._vector.AsUInt32() >>> shift)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats256 MultiplyBits(Floats256 x, uint factor) =>
        new((x._vector.AsUInt32() * Vector256.Create(factor)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats256 Upper24(Floats256 x) =>
        new(Vector256.ConvertToSingle((x._vector.AsUInt32() >>> 8).AsInt32()));
}
