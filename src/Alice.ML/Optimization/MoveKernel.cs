using System.Runtime.CompilerServices;

namespace Alice.ML.Optimization;

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
        where T : unmanaged =>
        new Pass<V, T>(step, kept).Run(arrays, from, to);

    private readonly unsafe struct Pass<V, T>(AliceStep step, double kept)
        where V : struct, IVector<V, T>
        where T : unmanaged
    {
        private readonly V _gradientMemory = V.Constant(step.GradientMemory);
        private readonly V _secondMomentMemory = V.Constant(step.SecondMomentMemory);
        private readonly V _l1 = V.Constant(step.L1);
        private readonly V _l2 = V.Constant(step.L2);
        private readonly V _epsilon = V.Constant(step.Epsilon);
        private readonly V _glassFactor = V.Constant(step.GlassFactor);
        private readonly V _hessianScale = V.Constant(step.HessianScale);
        private readonly V _lower = V.Constant(step.LowerBound);
        private readonly V _upper = V.Constant(step.UpperBound);
        private readonly V _perLower = V.Constant(Math.Min(1 / step.LowerBound, VectorLoop.LargestGradient<T>()));
        private readonly V _perUpper = V.Constant(1 / step.UpperBound);
        private readonly V _minusStepFraction = V.Constant(-step.StepFraction);
        private readonly V _minusLookAhead = V.Constant(-step.LookAhead);
        private readonly V _kept = V.Constant(kept);
        private readonly V _tiny = V.Constant(VectorLoop.Tiny);
        private readonly V _third = V.Constant(1.0 / 3);
        private readonly V _largest = V.Constant(VectorLoop.LargestGradient<T>());
        private readonly V _least = V.Constant(-VectorLoop.LargestGradient<T>());
        private readonly V _perLargestUnit = V.Constant(1 / step.LargestUnit);
        private readonly HessianEstimate _hessian = step.Hessian;
        private readonly StepBound _bound = step.Bound;
        private readonly bool _averages = step.AveragesGradients;
        private readonly bool _isRegularised = step.IsRegularised;
        private readonly bool _moves = step.Moves;
        private readonly bool _usesGlass = step.GlassFactor > 0;

        // Elements between the two halves: what the first writes is still in the cache.
        private const int Block = 512;

        private static V Zero => V.Constant(0);

        public void Run(T** arrays, nint from, nint to)
        {
            for (var at = from; at < to; at += Block)
            {
                var end = Math.Min(at + Block, to);
                Average(arrays, at, end);
                if (_moves)
                    Move(arrays, at, end);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Average(T** arrays, nint from, nint to)
        {
            T* lookAhead = arrays[0], mean = arrays[2], second = arrays[3], gradient = arrays[6], plus = arrays[7], minus = arrays[8];
            for (var i = from; i < to; i += V.Count)
            {
                var raw = V.Load(gradient + i);
                if (_averages)
                    raw = (raw + V.Load(plus + i) + V.Load(minus + i)) * _third;
                raw = V.Max(V.Min(raw, _largest), _least);

                var square = raw * raw;
                Flush(V.MultiplyAdd(_secondMomentMemory, V.Load(second + i) - square, square)).Store(second + i);

                if (_isRegularised)
                {
                    var at = V.Load(lookAhead + i);
                    raw += V.MultiplyAdd(_l2, at, V.IfLess(at, Zero, Zero - _l1, _l1));
                }
                Flush(V.MultiplyAdd(_gradientMemory, V.Load(mean + i) - raw, raw)).Store(mean + i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Move(T** arrays, nint from, nint to)
        {
            T* lookAhead = arrays[0], center = arrays[1], mean = arrays[2], second = arrays[3], glass = arrays[4], hessian = arrays[5];
            for (var i = from; i < to; i += V.Count)
            {
                var g = V.Load(mean + i);
                var q = V.Abs(g);
                var descent = Descent(g, q, second + i, Curvature(q, glass + i, hessian + i));
                var start = Flush(V.Load(center + i));
                (_kept * V.MultiplyAdd(_minusLookAhead, descent, start)).Store(lookAhead + i);
                (_kept * V.MultiplyAdd(_minusStepFraction, descent, start)).Store(center + i);
            }
        }

        /// <summary>α + h + √(α(α + 2h)) + ε, by which q is divided to reach the minimum of the loss model.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Curvature(V q, T* glass, T* hessian)
        {
            var h = _hessian switch
            {
                HessianEstimate.Absolute => _hessianScale * V.Load(hessian),
                HessianEstimate.RootMeanSquare => _hessianScale * V.Root(V.Load(hessian)),
                HessianEstimate.Signed => _hessianScale * V.Abs(V.Load(hessian)),
                _ => Zero,
            };
            if (!_usesGlass)
                return h + _epsilon;
            var alpha = V.Quotient(_glassFactor * V.Load(glass), q + _epsilon);
            return alpha + (h + _epsilon) + V.Root(V.Min(V.Largest, alpha * (alpha + (h + h))));
        }

        /// <summary>g / curvature, its size q / curvature between the bounds; what cannot be compared becomes the upper one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Descent(V g, V q, T* second, V curvature)
        {
            if (_bound == StepBound.Fixed)
            {
                var length = q / curvature;
                length = V.IfLess(length, _lower, _lower, V.IfLess(length, _upper, length, _upper));
                return V.IfLess(Zero, g, length, Zero - length);
            }
            // Both bounds are q over something: bounding the divisor instead of the quotient saves a division, the
            // dearest part.
            var unit = _bound == StepBound.Adam ? V.Root(V.Load(second)) + _epsilon : V.Constant(1);
            if (_isRegularised && _bound == StepBound.Adam)
                unit = V.Max(unit, q * _perLargestUnit);
            return V.Quotient(g, V.Max(V.Min(unit * _perLower, curvature), unit * _perUpper));
        }

        /// <summary>
        /// Zero for what is next to it: averages and decaying weights of units that nothing reaches shrink until they are denormal, with which
        /// arithmetic takes many times as long.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Flush(V value) => V.IfLess(V.Abs(value), _tiny, Zero, value);
    }
}
