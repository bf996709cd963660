using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Numerics.Vector;

namespace Alice.ML.Optimization;

/// <summary>
/// One pass of the update over all parameters: the averages s and g, then the bounded step from the closed form.
/// Arrays: ν, μ, g, s; ρ, h, G₀, G₊, G₋ (the last two are read only if the step averages gradients).
/// </summary>
internal readonly unsafe struct MoveKernel<T>(AliceStep step) : IVectorKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector<T> _gradientMemory = Constant(step.GradientMemory);
    private readonly Vector<T> _secondMomentMemory = Constant(step.SecondMomentMemory);
    private readonly Vector<T> _l1 = Constant(step.L1);
    private readonly Vector<T> _l2 = Constant(step.L2);
    private readonly Vector<T> _epsilon = Constant(step.Epsilon);
    private readonly Vector<T> _glassFactor = Constant(step.GlassFactor);
    private readonly Vector<T> _hessianScale = Constant(step.HessianScale);
    private readonly Vector<T> _lower = Constant(step.LowerBound);
    private readonly Vector<T> _upper = Constant(step.UpperBound);
    private readonly Vector<T> _perLower = Constant(1 / step.LowerBound);
    private readonly Vector<T> _perUpper = Constant(1 / step.UpperBound);
    private readonly Vector<T> _stepFraction = Constant(step.StepFraction);
    private readonly Vector<T> _lookAhead = Constant(step.LookAhead);
    private readonly Vector<T> _tiny = Constant(VectorLoop.Tiny);
    private readonly Vector<T> _third = Constant(1.0 / 3);
    private readonly Vector<T> _largest = new(VectorLoop.LargestGradient<T>());
    private readonly Vector<T> _perLargestUnit = Constant(1 / step.LargestUnit);
    private readonly HessianEstimate _hessian = step.Hessian;
    private readonly StepBound _bound = step.Bound;
    private readonly bool _averages = step.AveragesGradients;
    private readonly bool _isRegularised = step.IsRegularised;
    private readonly bool _moves = step.Moves;
    private readonly bool _usesGlass = step.GlassFactor > 0;

    public static int Arrays => 9;

    public static int WrittenArrays => 4;

    public void Run(T** arrays, nint from, nint to)
    {
        T* lookAhead = arrays[0], center = arrays[1], mean = arrays[2], second = arrays[3];
        T* glass = arrays[4], hessian = arrays[5], gradient = arrays[6], plus = arrays[7], minus = arrays[8];

        for (var i = from; i < to; i += Vector<T>.Count)
        {
            var raw = Load(gradient + i);
            if (_averages)
                raw = (raw + Load(plus + i) + Load(minus + i)) * _third;
            raw = MaxNative(MinNative(raw, _largest), -_largest);

            var square = raw * raw;
            var s = Flush(square + _secondMomentMemory * (Load(second + i) - square));
            s.Store(second + i);

            if (_isRegularised)
            {
                var at = Load(lookAhead + i);
                raw += ConditionalSelect(GreaterThanOrEqual(at, Vector<T>.Zero), _l1, -_l1) + _l2 * at;
            }
            var g = Flush(raw + _gradientMemory * (Load(mean + i) - raw));
            g.Store(mean + i);

            if (!_moves)
                continue;
            var q = Abs(g);
            var length = Length(q, s, Curvature(q, glass + i, hessian + i));
            var move = ConditionalSelect(GreaterThan(g, Vector<T>.Zero), -length, length);
            var start = Flush(Load(center + i));
            (start + _lookAhead * move).Store(lookAhead + i);
            (start + _stepFraction * move).Store(center + i);
        }
    }

    /// <summary>α + h + √(α(α + 2h)) + ε, by which q is divided to reach the minimum of the loss model.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<T> Curvature(Vector<T> q, T* glass, T* hessian)
    {
        var h = _hessian switch
        {
            HessianEstimate.Absolute => _hessianScale * Load(hessian),
            HessianEstimate.RootMeanSquare => _hessianScale * SquareRoot(Load(hessian)),
            HessianEstimate.Signed => _hessianScale * Abs(Load(hessian)),
            _ => Vector<T>.Zero,
        };
        if (!_usesGlass)
            return h + _epsilon;
        var alpha = _glassFactor * Load(glass) / (q + _epsilon);
        return alpha + h + SquareRoot(alpha * (alpha + h + h)) + _epsilon;
    }

    /// <summary>q / curvature between the bounds; what cannot be compared becomes the upper one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<T> Length(Vector<T> q, Vector<T> s, Vector<T> curvature)
    {
        if (_bound == StepBound.Fixed)
        {
            var length = q / curvature;
            return ConditionalSelect(
                LessThan(length, _lower), _lower, ConditionalSelect(LessThan(length, _upper), length, _upper));
        }
        // Both bounds are q over something: bounding the divisor instead of the quotient saves a division, the
        // dearest part.
        var unit = _bound == StepBound.Adam ? SquareRoot(s) + _epsilon : Vector<T>.One;
        if (_isRegularised && _bound == StepBound.Adam)
            unit = MaxNative(unit, q * _perLargestUnit);
        var slowest = unit * _perLower;
        var fastest = unit * _perUpper;
        return q / ConditionalSelect(
            GreaterThan(curvature, slowest), slowest,
            ConditionalSelect(GreaterThan(curvature, fastest), curvature, fastest));
    }

    /// <summary>
    /// Zero for what is next to it: averages and decaying weights of units that nothing reaches shrink until they are denormal, with which
    /// arithmetic takes many times as long.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<T> Flush(Vector<T> value) => ConditionalSelect(LessThan(Abs(value), _tiny), Vector<T>.Zero, value);

    private static Vector<T> Constant(double value) => new(T.CreateTruncating(value));
}
