using System.Collections.Concurrent;
using System.Numerics;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>Vectors of every width and both precisions against scalars, and the loop that runs kernels with
/// them.</summary>
/// <remarks>Not beside other tests: one sets the number of libtorch's threads.</remarks>
[TestClass]
[DoNotParallelize]
public unsafe class VectorTests
{
    [TestMethod]
    public void Vectors_of_every_width_compute_lane_by_lane_what_scalars_do()
    {
        Check<Floats128, float>();
        Check<Floats256, float>();
        Check<Floats512, float>();
        Check<Doubles, double>();

        static void Check<V, T>()
            where V : struct, IVector<V, T>
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            // Sums and products of these are exact, so it does not matter whether a · b + c is rounded once or twice.
            var a = Numbers<T>(V.Count, i => i - 2.5);
            var b = Numbers<T>(V.Count, i => 4 - 1.5 * i);
            var c = Numbers<T>(V.Count, i => 0.25 * i + 1);
            Equal((x, y, z) => x + y, (x, y, z) => x + y);
            Equal((x, y, z) => x - y, (x, y, z) => x - y);
            Equal((x, y, z) => x * y, (x, y, z) => x * y);
            Equal((x, y, z) => x / y, (x, y, z) => x / y);
            Equal((x, y, z) => x * y + z, V.MultiplyAdd);
            Equal((x, y, z) => x > y ? x : y, (x, y, z) => V.Max(x, y));
            Equal((x, y, z) => x < y ? x : y, (x, y, z) => V.Min(x, y));
            Equal((x, y, z) => T.Abs(x), (x, y, z) => V.Abs(x));
            Equal((x, y, z) => x < y ? z : x, (x, y, z) => V.IfLess(x, y, z, x));
            Equal((x, y, z) => z, (x, y, z) => V.IfLess(V.Constant(1), V.Constant(1), x, z));
            Equal((x, y, z) => T.CreateChecked(0.1), (x, y, z) => V.Constant(0.1));
            Equal((x, y, z) => T.CreateChecked(0.1), (x, y, z) => V.All(T.CreateChecked(0.1)));
            Equal((x, y, z) => T.CreateChecked(typeof(T) == typeof(float) ? float.MaxValue : double.MaxValue),
                (x, y, z) => V.Largest);
            Near((x, y, z) => x / z, (x, y, z) => V.Quotient(x, z));
            Near((x, y, z) => T.Sqrt(z), (x, y, z) => V.Root(z));
            Assert.IsTrue(Lanes<V, T>(V.Max(V.All(T.One), V.All(T.NaN))).All(T.IsNaN), "NaN as the second value stays");
            Assert.IsTrue(Lanes<V, T>(V.Min(V.All(T.One), V.All(T.NaN))).All(T.IsNaN), "NaN as the second value stays");

            void Equal(Func<T, T, T, T> scalar, Func<V, V, V, V> vector) => Compare(scalar, vector, 0);
            void Near(Func<T, T, T, T> scalar, Func<V, V, V, V> vector) => Compare(scalar, vector, 4e-7);

            void Compare(Func<T, T, T, T> scalar, Func<V, V, V, V> vector, double tolerance)
            {
                var lanes = Lanes<V, T>(vector(Load<V, T>(a), Load<V, T>(b), Load<V, T>(c)));
                for (var i = 0; i < V.Count; i++)
                    Assert.AreEqual(double.CreateChecked(scalar(a[i], b[i], c[i])), double.CreateChecked(lanes[i]),
                        tolerance, $"{typeof(V).Name}, lane {i}");
            }
        }
    }

    [TestMethod]
    public void Single_precision_vectors_have_the_functions_and_bits_that_networks_need()
    {
        Check<Floats128>();
        Check<Floats256>();
        Check<Floats512>();

        static void Check<V>() where V : struct, IFloats<V>
        {
            var count = V.Count;
            var numbers = Numbers<float>(count, i => 1.7 * i - 3.3);
            Assert.AreEqual(numbers.Sum(), Load<V, float>(numbers).Sum(), 1e-5f * count);
            CollectionAssert.AreEqual(numbers.Select(x => MathF.Round(x)).ToArray(),
                Lanes<V, float>(V.Round(Load<V, float>(numbers))));
            for (var largest = 0; largest < count; largest++)
                Assert.AreEqual(50f, Load<V, float>(
                    Numbers<float>(count, i => i == largest ? 50 : i - 7)).LargestLane(), $"lane {largest}");
            var logs = Lanes<V, float>(V.Log(Load<V, float>(Numbers<float>(count, i => i + 0.5))));
            for (var i = 0; i < count; i++)
                Assert.AreEqual(Math.Log(i + 0.5), logs[i], 1e-6);
            for (var n = -126; n <= 127; n++)
                Assert.AreEqual(MathF.ScaleB(1, n), Lanes<V, float>(V.PowerOfTwo(V.All(n)))[count - 1], $"2^{n}");

            const uint Start = 0xfffffffd;
            var counters = V.Counters(Start);
            var hashed = V.XorShifted(V.MultiplyBits(V.XorShifted(counters, 15), 0x2c1b3c6d), 12);
            var (counted, mixed, upper) = (Bits(counters), Bits(hashed), Lanes<V, float>(V.Upper24(hashed)));
            for (var i = 0u; i < count; i++)
            {
                var x = unchecked(Start + i);
                Assert.AreEqual(x, counted[i], $"counter {i}");
                x = unchecked((x ^ (x >> 15)) * 0x2c1b3c6d);
                x ^= x >> 12;
                Assert.AreEqual(x, mixed[i], $"bits of {i}");
                Assert.AreEqual(x >> 8, upper[i], $"upper bits of {i}");
            }
        }

        static uint[] Bits<V>(V lanes) where V : struct, IFloats<V> =>
            [.. Lanes<V, float>(lanes).Select(BitConverter.SingleToUInt32Bits)];
    }

    [TestMethod]
    public void A_kernel_sees_every_element_once_and_nothing_behind_the_last()
    {
        Check<Floats128, float>();
        Check<Floats256, float>();
        Check<Floats512, float>();
        Check<Doubles, double>();

        static void Check<V, T>()
            where V : struct, IVector<V, T>
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var width = V.Count;
            var arrays = stackalloc T*[3];
            foreach (var count in new[] { 0, 1, width - 1, width, width + 1, 3 * width, 3 * width + 2 })
            {
                // Behind the last element lies another one's memory.
                var (sums, counts) = (Numbers<T>(count + width, _ => 5), Numbers<T>(count + width, i => i + 0.5));
                var values = Numbers<T>(count + width, i => i * i);
                fixed (T* first = sums, second = counts, third = values)
                {
                    arrays[0] = first;
                    arrays[1] = second;
                    arrays[2] = third;
                    VectorLoop.Run<V, T, Accumulate>(default, arrays, count);
                }
                for (var i = 0; i < count + width; i++)
                {
                    var isReached = i < count;
                    Assert.AreEqual(T.CreateChecked(isReached ? 5 + 2 * i * i : 5), sums[i], $"{count} values, {i}");
                    Assert.AreEqual(T.CreateChecked(i + (isReached ? 1.5 : 0.5)), counts[i], $"{count} values, {i}");
                    Assert.AreEqual(T.CreateChecked(i * i), values[i], "it is read only");
                }
            }
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(4)]
    public void Many_elements_are_shared_out_equally_among_the_threads_and_each_is_seen_once(int threads)
    {
        using var limit = new TorchThreads(threads);
        const int From = (int)VectorLoop.ParallelFrom;
        var arrays = stackalloc float*[3];
        foreach (var (count, shares) in new[] { (From - 1, 1), (From, threads), (From + 31, threads) })
        {
            var (sums, counts, values) = (new float[count], new float[count], new float[count]);
            Array.Fill(values, 3);
            var calls = new ConcurrentBag<int>();
            fixed (float* first = sums, second = counts, third = values)
            {
                arrays[0] = first;
                arrays[1] = second;
                arrays[2] = third;
                VectorLoop.Run(new Accumulate(calls), arrays, count);
            }
            Assert.AreEqual(-1, sums.AsSpan().IndexOfAnyExcept(6f));
            Assert.AreEqual(-1, counts.AsSpan().IndexOfAnyExcept(1f));
            // Shares end where a vector ends. The rest is less than a vector.
            var large = calls.Where(length => length > 16).ToList();
            Assert.HasCount(shares, large);
            foreach (var length in large)
                Assert.AreEqual(count / shares, length, 100);
        }
    }

    [TestMethod]
    public void Tensors_of_another_size_than_a_kernel_is_told_are_refused()
    {
        using var scope = NewDisposeScope();
        foreach (var (values, count, bytes) in new[] { (zeros(5), 4, 20), (zeros(5), 6, 20), (zeros(0), 1, 0) })
            Assert.AreEqual($"A tensor has {bytes} bytes, not {count} × 4.", Assert.ThrowsExactly<ArgumentException>(
                () => VectorLoop.Span<float>(values, count).Clear()).Message);
        Assert.AreEqual("A tensor has 40 bytes, not 4 × 8.", Assert.ThrowsExactly<ArgumentException>(
            () => VectorLoop.Span<double>(zeros(5, dtype: ScalarType.Float64), 4).Clear()).Message);
        CollectionAssert.AreEqual(new[] { 1f, 2, 3 }, VectorLoop.Span<float>(tensor(new[] { 1f, 2, 3 }), 3).ToArray());
        Assert.AreEqual(0, VectorLoop.Span<float>(zeros(0), 0).Length);
    }

    private static T[] Numbers<T>(int count, Func<int, double> number) where T : IFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, count).Select(i => T.CreateChecked(number(i)))];

    private static V Load<V, T>(T[] values)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* from = values)
            return V.Load(from);
    }

    private static T[] Lanes<V, T>(V lanes)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var values = new T[V.Count];
        fixed (T* to = values)
            lanes.Store(to);
        return values;
    }

    /// <summary>sum ← sum + 2 · value and count ← count + 1. Notes how many elements each call has.</summary>
    private readonly struct Accumulate(ConcurrentBag<int>? calls) : IVectorKernel
    {
        public static int Arrays => 3;

        public static int WrittenArrays => 2;

        public void Run<V, T>(T** arrays, nint from, nint to)
            where V : struct, IVector<V, T>
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            calls?.Add((int)(to - from));
            for (var i = from; i < to; i += V.Count)
            {
                V.MultiplyAdd(V.Constant(2), V.Load(arrays[2] + i), V.Load(arrays[0] + i)).Store(arrays[0] + i);
                (V.Load(arrays[1] + i) + V.Constant(1)).Store(arrays[1] + i);
            }
        }
    }
}
