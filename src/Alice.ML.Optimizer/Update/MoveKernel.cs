using System.Numerics;
using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Optimization.Update;

/// <summary>
/// One pass of the update over all parameters: the averages s and g, then the bounded step from the closed form.
/// Arrays: ν, μ, g, s; ρ, h, G₀, G₊, G₋ (the last two are read only if the step averages gradients).
/// </summary>
/// <param name="step">The step.</param>
/// <param name="kept">What ν and μ are multiplied by after the move: weight decay.</param>
internal readonly struct MoveKernel(AliceStep step, double kept = 1) : IVectorKernel
{
    public static int Arrays => 9;

    public static int WrittenArrays => 4;

    public unsafe void Run<V, T>(T** arrays, nint from, nint to)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
            new Pass<V, T>(step, kept).Run(arrays, from, to);

    private readonly unsafe struct Pass<V, T>(AliceStep step, double kept)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Scalars: a load that fills the lanes with one costs nothing, while vectors in memory would lie across cache
        // lines.
        private readonly T _gradientMemory = T.CreateTruncating(step.GradientMemory);
        private readonly T _secondMomentMemory = T.CreateTruncating(step.SecondMomentMemory);
        private readonly T _l1 = T.CreateTruncating(step.L1);
        private readonly T _l2 = T.CreateTruncating(step.L2);
        private readonly T _epsilon = T.CreateTruncating(step.Epsilon);
        private readonly T _glassFactor = T.CreateTruncating(step.GlassFactor);
        private readonly T _hessianScale = T.CreateTruncating(step.HessianScale);
        private readonly T _lower = T.CreateTruncating(step.LowerBound);
        private readonly T _upper = T.CreateTruncating(step.UpperBound);
        private readonly T _perLower =
            T.CreateTruncating(Math.Min(1 / step.LowerBound, VectorLoop.LargestGradient<T>()));
        private readonly T _perUpper = T.CreateTruncating(1 / step.UpperBound);
        private readonly T _minusStepFraction = T.CreateTruncating(-step.StepFraction);
        private readonly T _minusLookAhead = T.CreateTruncating(-step.LookAhead);
        private readonly T _kept = T.CreateTruncating(kept);
        private readonly T _tiny = T.CreateTruncating(VectorLoop.Tiny);
        private readonly T _third = T.CreateTruncating(1.0 / 3);
        private readonly T _largest = T.CreateTruncating(VectorLoop.LargestGradient<T>());
        private readonly T _least = T.CreateTruncating(-VectorLoop.LargestGradient<T>());
        private readonly T _perLargestUnit = T.CreateTruncating(1 / step.LargestUnit);
        private readonly HessianEstimate _hessian = step.Hessian;
        private readonly StepBound _bound = step.Bound;
        private readonly bool _averages = step.AveragesGradients;
        private readonly bool _isRegularised = step.IsRegularised;
        private readonly bool _moves = step.Moves;
        private readonly bool _usesGlass = step.GlassFactor > 0;

        // Elements that the three parts of the work take at a time: what one writes, the next finds in the cache. In
        // one loop, the operations of a vector would wait for each other longer than the processor can look ahead.
        private const int Block = 512;

        private static V Zero => V.Constant(0);

        public void Run(T** arrays, nint from, nint to)
        {
            for (var at = from; at < to; at += Block)
            {
                var end = Math.Min(at + Block, to);
                Average(arrays, at, end);
                if (!_moves)
                    continue;
                Divide(arrays, at, end);
                Move(arrays, at, end);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Average(T** arrays, nint from, nint to)
        {
            T* lookAhead = arrays[0], mean = arrays[2], second = arrays[3], gradient = arrays[6], plus = arrays[7],
                minus = arrays[8];
            for (var i = from; i < to; i += V.Count)
            {
                var raw = V.Load(gradient + i);
                if (_averages)
                    raw = (raw + V.Load(plus + i) + V.Load(minus + i)) * V.All(_third);
                raw = V.Max(V.Min(raw, V.All(_largest)), V.All(_least));

                var square = raw * raw;
                Flush(V.MultiplyAdd(V.All(_secondMomentMemory), V.Load(second + i) - square, square)).Store(second + i);

                if (_isRegularised)
                {
                    var at = V.Load(lookAhead + i);
                    raw += V.MultiplyAdd(V.All(_l2), at, V.IfLess(at, Zero, Zero - V.All(_l1), V.All(_l1)));
                }
                Flush(V.MultiplyAdd(V.All(_gradientMemory), V.Load(mean + i) - raw, raw)).Store(mean + i);
            }
        }

        /// <summary>α + h + √(α(α + 2h)) + ε, by which q is divided to reach the minimum of the loss model. It waits in
        /// ν, which the move overwrites.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Divide(T** arrays, nint from, nint to)
        {
            T* lookAhead = arrays[0], mean = arrays[2], glass = arrays[4], hessian = arrays[5];
            for (var i = from; i < to; i += V.Count)
            {
                var h = _hessian switch
                {
                    HessianEstimate.Absolute => V.All(_hessianScale) * V.Load(hessian + i),
                    HessianEstimate.RootMeanSquare => V.All(_hessianScale) * V.Root(V.Load(hessian + i)),
                    HessianEstimate.Signed => V.All(_hessianScale) * V.Abs(V.Load(hessian + i)),
                    _ => Zero,
                };
                var divisor = h + V.All(_epsilon);
                if (_usesGlass)
                {
                    var alpha = V.Quotient(V.All(_glassFactor) * V.Load(glass + i),
                        V.Abs(V.Load(mean + i)) + V.All(_epsilon));
                    divisor = alpha + divisor + V.Root(V.Min(V.Largest, alpha * (alpha + (h + h))));
                }
                divisor.Store(lookAhead + i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Move(T** arrays, nint from, nint to)
        {
            T* lookAhead = arrays[0], center = arrays[1], mean = arrays[2], second = arrays[3];
            for (var i = from; i < to; i += V.Count)
            {
                var descent = Descent(V.Load(mean + i), second + i, V.Load(lookAhead + i));
                var start = Flush(V.Load(center + i));
                (V.All(_kept) * V.MultiplyAdd(V.All(_minusLookAhead), descent, start)).Store(lookAhead + i);
                (V.All(_kept) * V.MultiplyAdd(V.All(_minusStepFraction), descent, start)).Store(center + i);
            }
        }

        /// <summary>g / divisor, its size q / divisor between the bounds; what cannot be compared becomes the upper
        /// one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Descent(V g, T* second, V divisor)
        {
            var q = V.Abs(g);
            if (_bound == StepBound.Fixed)
            {
                var length = q / divisor;
                length = V.IfLess(length, V.All(_lower), V.All(_lower),
                    V.IfLess(length, V.All(_upper), length, V.All(_upper)));
                return V.IfLess(Zero, g, length, Zero - length);
            }
            // Both bounds are q over something: bounding the divisor instead of the quotient saves a division, the
            // dearest part.
            var unit = _bound == StepBound.Adam ? V.Root(V.Load(second)) + V.All(_epsilon) : V.Constant(1);
            if (_isRegularised && _bound == StepBound.Adam)
                unit = V.Max(unit, q * V.All(_perLargestUnit));
            return V.Quotient(g, V.Max(V.Min(unit * V.All(_perLower), divisor), unit * V.All(_perUpper)));
        }

        /// <summary>Zero for what is next to it: averages and decaying weights of units that nothing reaches shrink
        /// until they are denormal, with which arithmetic takes many times as long.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Flush(V value) => V.IfLess(V.Abs(value), V.All(_tiny), Zero, value);
    }
}
