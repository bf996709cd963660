using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Training.Kernels;

/// <summary>8 numbers; see <see cref="Lanes512"/>.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> vector) : ILanes<Lanes256>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // Adding it puts n + 127 into the lowest bits of the significand.
    private const float ExponentMagic = (1 << 23) + (1 << 22) + 127;

    private readonly Vector256<float> _vector = vector;

    public static int Count => Vector256<float>.Count;

    [MethodImpl(Inline)]
    public static Lanes256 Load(float* from) => new(Vector256.Load(from));

    [MethodImpl(Inline)]
    public void Store(float* to) => _vector.Store(to);

    [MethodImpl(Inline)]
    public static Lanes256 All(float value) => new(Vector256.Create(value));

    [MethodImpl(Inline)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a._vector + b._vector);

    [MethodImpl(Inline)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a._vector - b._vector);

    [MethodImpl(Inline)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a._vector * b._vector);

    [MethodImpl(Inline)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a._vector / b._vector);

    [MethodImpl(Inline)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) =>
        new(Vector256.MultiplyAddEstimate(a._vector, b._vector, c._vector));

    [MethodImpl(Inline)]
    public static Lanes256 Max(Lanes256 a, Lanes256 b) => new(Vector256.MaxNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Lanes256 Min(Lanes256 a, Lanes256 b) => new(Vector256.MinNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Lanes256 Abs(Lanes256 x) => new(Vector256.Abs(x._vector));

    [MethodImpl(Inline)]
    public static Lanes256 Round(Lanes256 x) => new(Vector256.Round(x._vector));

    [MethodImpl(Inline)]
    public static Lanes256 Log(Lanes256 x) => new(Vector256.Log(x._vector));

    [MethodImpl(Inline)]
    public static Lanes256 Less(Lanes256 a, Lanes256 b) => new(Vector256.LessThan(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Lanes256 Select(Lanes256 mask, Lanes256 a, Lanes256 b) =>
        new(Vector256.ConditionalSelect(mask._vector, a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Lanes256 PowerOfTwo(Lanes256 n) =>
        new(((n._vector + Vector256.Create(ExponentMagic)).AsUInt32() << 23).AsSingle());

    [MethodImpl(Inline)]
    public float Sum() => Vector256.Sum(_vector);

    public float Largest() => new Lanes128(Vector128.Max(_vector.GetLower(), _vector.GetUpper())).Largest();

    [MethodImpl(Inline)]
    public static Lanes256 Counters(uint start) => new((Vector256<uint>.Indices + Vector256.Create(start)).AsSingle());

    [MethodImpl(Inline)]
    public static Lanes256 XorShifted(Lanes256 x, int shift) =>
        new((x._vector.AsUInt32() ^ (x._vector.AsUInt32() >>> shift)).AsSingle());

    [MethodImpl(Inline)]
    public static Lanes256 MultiplyBits(Lanes256 x, uint factor) =>
        new((x._vector.AsUInt32() * Vector256.Create(factor)).AsSingle());

    [MethodImpl(Inline)]
    public static Lanes256 Upper24(Lanes256 x) => new(Vector256.ConvertToSingle((x._vector.AsUInt32() >>> 8).AsInt32()));
}
