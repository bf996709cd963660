using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alice.ML.Optimization.Tensors;

/// <summary>A vector of double-precision numbers in .NET's own width. Quotients and roots are exact.</summary>
internal readonly unsafe struct Doubles(Vector<double> vector) : IVector<Doubles, double>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private readonly Vector<double> _vector = vector;

    public static Doubles Largest => new(new Vector<double>(double.MaxValue));

    public static int Count => Vector<double>.Count;

    [MethodImpl(Inline)]
    public static Doubles Load(double* from) => new(Vector.Load(from));

    [MethodImpl(Inline)]
    public void Store(double* to) => _vector.Store(to);

    [MethodImpl(Inline)]
    public static Doubles All(double value) => new(new Vector<double>(value));

    [MethodImpl(Inline)]
    public static Doubles Constant(double value) => All(value);

    [MethodImpl(Inline)]
    public static Doubles operator +(Doubles a, Doubles b) => new(a._vector + b._vector);

    [MethodImpl(Inline)]
    public static Doubles operator -(Doubles a, Doubles b) => new(a._vector - b._vector);

    [MethodImpl(Inline)]
    public static Doubles operator *(Doubles a, Doubles b) => new(a._vector * b._vector);

    [MethodImpl(Inline)]
    public static Doubles operator /(Doubles a, Doubles b) => new(a._vector / b._vector);

    [MethodImpl(Inline)]
    public static Doubles MultiplyAdd(Doubles a, Doubles b, Doubles c) =>
        new(Vector.MultiplyAddEstimate(a._vector, b._vector, c._vector));

    [MethodImpl(Inline)]
    public static Doubles Max(Doubles a, Doubles b) => new(Vector.MaxNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Doubles Min(Doubles a, Doubles b) => new(Vector.MinNative(a._vector, b._vector));

    [MethodImpl(Inline)]
    public static Doubles Abs(Doubles x) => new(Vector.Abs(x._vector));

    [MethodImpl(Inline)]
    public static Doubles IfLess(Doubles a, Doubles b, Doubles then, Doubles otherwise) =>
        new(Vector.ConditionalSelect(Vector.LessThan(a._vector, b._vector), then._vector, otherwise._vector));

    [MethodImpl(Inline)]
    public static Doubles Quotient(Doubles a, Doubles b) => new(a._vector / b._vector);

    [MethodImpl(Inline)]
    public static Doubles Root(Doubles x) => new(Vector.SquareRoot(x._vector));
}
