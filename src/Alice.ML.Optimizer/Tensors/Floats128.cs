using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Optimization.Tensors;

/// <summary>A vector of 4 numbers. See <see cref="Floats512"/>.</summary>
internal readonly unsafe struct Floats128(Vector128<float> vector) : IFloats<Floats128>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // Adding it puts n + 127 into the lowest bits of the significand.
    private const float ExponentMagic = (1 << 23) + (1 << 22) + 127;

    private readonly Vector128<float> _vector = vector;

    public static Floats128 Largest => new(Vector128.Create(float.MaxValue));

    public static int Count => Vector128<float>.Count;

    [MethodImpl(Inline)]
    public static Floats128 Load(float* from) => new(Vector128.Load(from));

    [MethodImpl(Inline)]
    public void Store(float* to) => _vector.Store(to);

    [MethodImpl(Inline)]
    public static Floats128 All(float value) => new(Vector128.Create(value));

    [MethodImpl(Inline)]
    public static Floats128 Constant(double value) => new(Vector128.Create((float)value));

    [MethodImpl(Inline)]
    public static Floats128 operator +(Floats128 a, Floats128 b) => new(a._vector + b._vector);

    [MethodImpl(Inline)]
    public static Floats128 operator -(Floats128 a, Floats128 b) => new(a._vector - b._vector);

    [MethodImpl(Inline)]
    public static Floats128 operator *(Floats128 a, Floats128 b) => new(a._vector * b._vector);

    [MethodImpl(Inline)]
    public static Floats128 operator /(Floats128 a, Floats128 b) => new(a._vector / b._vector);

    [MethodImpl(Inline)]
    public static Floats128 MultiplyAdd(Floats128 a, Floats128 b, Floats128 c) =>
        new(Vector128.MultiplyAddEstimate(a._vector, b._vector, c._vector));

    [MethodImpl(Inline)]
    public static Floats128 Max(Floats128 a, Floats128 b) => new(Vector128.MaxNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Floats128 Min(Floats128 a, Floats128 b) => new(Vector128.MinNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Floats128 Abs(Floats128 x) => new(Vector128.Abs(x._vector));

    [MethodImpl(Inline)]
    public static Floats128 Round(Floats128 x) => new(Vector128.Round(x._vector));

    [MethodImpl(Inline)]
    public static Floats128 Log(Floats128 x) => new(Vector128.Log(x._vector));

    [MethodImpl(Inline)]
    public static Floats128 IfLess(Floats128 a, Floats128 b, Floats128 then, Floats128 otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(a._vector, b._vector), then._vector, otherwise._vector));

    [MethodImpl(Inline)]
    public static Floats128 Quotient(Floats128 a, Floats128 b) => new(a._vector / b._vector);

    [MethodImpl(Inline)]
    public static Floats128 Root(Floats128 x) => new(Vector128.Sqrt(x._vector));

    [MethodImpl(Inline)]
    public static Floats128 PowerOfTwo(Floats128 n) =>
        new(((n._vector + Vector128.Create(ExponentMagic)).AsUInt32() << 23).AsSingle());

    [MethodImpl(Inline)]
    public float Sum() => Vector128.Sum(_vector);

    public float LargestLane() => Math.Max(Math.Max(_vector[0], _vector[1]), Math.Max(_vector[2], _vector[3]));

    [MethodImpl(Inline)]
    public static Floats128 Counters(uint start) => new((Vector128<uint>.Indices + Vector128.Create(start)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats128 XorShifted(Floats128 x, int shift) =>
        new((x._vector.AsUInt32() ^ (x._vector.AsUInt32() >>> shift)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats128 MultiplyBits(Floats128 x, uint factor) =>
        new((x._vector.AsUInt32() * Vector128.Create(factor)).AsSingle());

    [MethodImpl(Inline)]
    public static Floats128 Upper24(Floats128 x) =>
        new(Vector128.ConvertToSingle((x._vector.AsUInt32() >>> 8).AsInt32()));
}
