using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Models.Layers;

/// <summary>
/// The inner loops of <see cref="DenseLayer"/>, for one vector type. Sums stay in registers over all inputs; two chains
/// per output (even and odd inputs) hide the latency of the multiply-add.
/// </summary>
/// <remarks>Callers guarantee the lengths: these methods check nothing.</remarks>
internal static class DenseKernels<TVector, TLanes>
    where TVector : struct
    where TLanes : IVectorLanes<TVector>
{
    /// <summary>y = b + x W for one block W [inputs, width] of 64 or 32 outputs.</summary>
    public static void Wide(ref float x, nint inputs, ref float weights, ref float biases, nint width, ref float y)
    {
        nint n = TLanes.Count;
        nint o = 0;
        for (; o + 4 * n <= width; o += 4 * n)
        {
            ref var bias = ref Unsafe.Add(ref biases, o);
            var even0 = TLanes.Load(ref bias);
            var even1 = TLanes.Load(ref Unsafe.Add(ref bias, n));
            var even2 = TLanes.Load(ref Unsafe.Add(ref bias, 2 * n));
            var even3 = TLanes.Load(ref Unsafe.Add(ref bias, 3 * n));
            TVector odd0 = default, odd1 = default, odd2 = default, odd3 = default;
            ref var row = ref Unsafe.Add(ref weights, o);
            nint i = 0;
            for (; i + 1 < inputs; i += 2)
            {
                var left = TLanes.Broadcast(Unsafe.Add(ref x, i));
                even0 = TLanes.MultiplyAdd(left, TLanes.Load(ref row), even0);
                even1 = TLanes.MultiplyAdd(left, TLanes.Load(ref Unsafe.Add(ref row, n)), even1);
                even2 = TLanes.MultiplyAdd(left, TLanes.Load(ref Unsafe.Add(ref row, 2 * n)), even2);
                even3 = TLanes.MultiplyAdd(left, TLanes.Load(ref Unsafe.Add(ref row, 3 * n)), even3);
                row = ref Unsafe.Add(ref row, width);
                var right = TLanes.Broadcast(Unsafe.Add(ref x, i + 1));
                odd0 = TLanes.MultiplyAdd(right, TLanes.Load(ref row), odd0);
                odd1 = TLanes.MultiplyAdd(right, TLanes.Load(ref Unsafe.Add(ref row, n)), odd1);
                odd2 = TLanes.MultiplyAdd(right, TLanes.Load(ref Unsafe.Add(ref row, 2 * n)), odd2);
                odd3 = TLanes.MultiplyAdd(right, TLanes.Load(ref Unsafe.Add(ref row, 3 * n)), odd3);
                row = ref Unsafe.Add(ref row, width);
            }
            if (i < inputs)
            {
                var last = TLanes.Broadcast(Unsafe.Add(ref x, i));
                even0 = TLanes.MultiplyAdd(last, TLanes.Load(ref row), even0);
                even1 = TLanes.MultiplyAdd(last, TLanes.Load(ref Unsafe.Add(ref row, n)), even1);
                even2 = TLanes.MultiplyAdd(last, TLanes.Load(ref Unsafe.Add(ref row, 2 * n)), even2);
                even3 = TLanes.MultiplyAdd(last, TLanes.Load(ref Unsafe.Add(ref row, 3 * n)), even3);
            }
            ref var output = ref Unsafe.Add(ref y, o);
            TLanes.Store(TLanes.Add(even0, odd0), ref output);
            TLanes.Store(TLanes.Add(even1, odd1), ref Unsafe.Add(ref output, n));
            TLanes.Store(TLanes.Add(even2, odd2), ref Unsafe.Add(ref output, 2 * n));
            TLanes.Store(TLanes.Add(even3, odd3), ref Unsafe.Add(ref output, 3 * n));
        }
        // 32 outputs are two vectors of 16.
        for (; o < width; o += 2 * n)
        {
            ref var bias = ref Unsafe.Add(ref biases, o);
            var even0 = TLanes.Load(ref bias);
            var even1 = TLanes.Load(ref Unsafe.Add(ref bias, n));
            TVector odd0 = default, odd1 = default;
            ref var row = ref Unsafe.Add(ref weights, o);
            nint i = 0;
            for (; i + 1 < inputs; i += 2)
            {
                var left = TLanes.Broadcast(Unsafe.Add(ref x, i));
                even0 = TLanes.MultiplyAdd(left, TLanes.Load(ref row), even0);
                even1 = TLanes.MultiplyAdd(left, TLanes.Load(ref Unsafe.Add(ref row, n)), even1);
                row = ref Unsafe.Add(ref row, width);
                var right = TLanes.Broadcast(Unsafe.Add(ref x, i + 1));
                odd0 = TLanes.MultiplyAdd(right, TLanes.Load(ref row), odd0);
                odd1 = TLanes.MultiplyAdd(right, TLanes.Load(ref Unsafe.Add(ref row, n)), odd1);
                row = ref Unsafe.Add(ref row, width);
            }
            if (i < inputs)
            {
                var last = TLanes.Broadcast(Unsafe.Add(ref x, i));
                even0 = TLanes.MultiplyAdd(last, TLanes.Load(ref row), even0);
                even1 = TLanes.MultiplyAdd(last, TLanes.Load(ref Unsafe.Add(ref row, n)), even1);
            }
            ref var output = ref Unsafe.Add(ref y, o);
            TLanes.Store(TLanes.Add(even0, odd0), ref output);
            TLanes.Store(TLanes.Add(even1, odd1), ref Unsafe.Add(ref output, n));
        }
    }

    /// <summary>As <see cref="Wide"/>, for the inputs that are stored only; the others are zero.</summary>
    public static void WideSparse(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices,
        ref float weights, ref float biases, nint width, ref float y)
    {
        nint n = TLanes.Count;
        for (nint o = 0; o < width; o += 2 * n)
        {
            ref var bias = ref Unsafe.Add(ref biases, o);
            var even0 = TLanes.Load(ref bias);
            var even1 = TLanes.Load(ref Unsafe.Add(ref bias, n));
            TVector odd0 = default, odd1 = default;
            for (var k = 0; k < indices.Length; k++)
            {
                ref var row = ref Unsafe.Add(ref weights, indices[k] * width + o);
                var value = TLanes.Broadcast(values[k]);
                if ((indices[k] & 1) == 0)
                {
                    even0 = TLanes.MultiplyAdd(value, TLanes.Load(ref row), even0);
                    even1 = TLanes.MultiplyAdd(value, TLanes.Load(ref Unsafe.Add(ref row, n)), even1);
                }
                else
                {
                    odd0 = TLanes.MultiplyAdd(value, TLanes.Load(ref row), odd0);
                    odd1 = TLanes.MultiplyAdd(value, TLanes.Load(ref Unsafe.Add(ref row, n)), odd1);
                }
            }
            ref var output = ref Unsafe.Add(ref y, o);
            TLanes.Store(TLanes.Add(even0, odd0), ref output);
            TLanes.Store(TLanes.Add(even1, odd1), ref Unsafe.Add(ref output, n));
        }
    }

    /// <summary>As <see cref="Wide"/>, for some inputs only; the others are zero.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="even">Those with an even index, ascending.</param>
    /// <param name="odd">Those with an odd index, ascending.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="biases">The biases.</param>
    /// <param name="width">64 or 32.</param>
    /// <param name="y">The outputs.</param>
    public static void WideActive(
        ref float x, ReadOnlySpan<int> even, ReadOnlySpan<int> odd, ref float weights, ref float biases, nint width,
        ref float y)
    {
        nint n = TLanes.Count;
        nint o = 0;
        for (; o + 4 * n <= width; o += 4 * n)
        {
            ref var bias = ref Unsafe.Add(ref biases, o);
            var even0 = TLanes.Load(ref bias);
            var even1 = TLanes.Load(ref Unsafe.Add(ref bias, n));
            var even2 = TLanes.Load(ref Unsafe.Add(ref bias, 2 * n));
            var even3 = TLanes.Load(ref Unsafe.Add(ref bias, 3 * n));
            TVector odd0 = default, odd1 = default, odd2 = default, odd3 = default;
            ref var columns = ref Unsafe.Add(ref weights, o);
            var k = 0;
            for (; k < even.Length && k < odd.Length; k++)
            {
                nint i = even[k], j = odd[k];
                AddRow(ref x, i, ref columns, width, ref even0, ref even1, ref even2, ref even3);
                AddRow(ref x, j, ref columns, width, ref odd0, ref odd1, ref odd2, ref odd3);
            }
            foreach (nint i in even[k..])
                AddRow(ref x, i, ref columns, width, ref even0, ref even1, ref even2, ref even3);
            foreach (nint j in odd[k..])
                AddRow(ref x, j, ref columns, width, ref odd0, ref odd1, ref odd2, ref odd3);
            ref var output = ref Unsafe.Add(ref y, o);
            TLanes.Store(TLanes.Add(even0, odd0), ref output);
            TLanes.Store(TLanes.Add(even1, odd1), ref Unsafe.Add(ref output, n));
            TLanes.Store(TLanes.Add(even2, odd2), ref Unsafe.Add(ref output, 2 * n));
            TLanes.Store(TLanes.Add(even3, odd3), ref Unsafe.Add(ref output, 3 * n));
        }
        // 32 outputs are two vectors of 16.
        for (; o < width; o += n)
        {
            var (evens, odds) = (TLanes.Load(ref Unsafe.Add(ref biases, o)), default(TVector));
            ref var columns = ref Unsafe.Add(ref weights, o);
            foreach (nint i in even)
                evens = TLanes.MultiplyAdd(
                    TLanes.Broadcast(Unsafe.Add(ref x, i)), TLanes.Load(ref Unsafe.Add(ref columns, i * width)), evens);
            foreach (nint j in odd)
                odds = TLanes.MultiplyAdd(
                    TLanes.Broadcast(Unsafe.Add(ref x, j)), TLanes.Load(ref Unsafe.Add(ref columns, j * width)), odds);
            TLanes.Store(TLanes.Add(evens, odds), ref Unsafe.Add(ref y, o));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(
        ref float x, nint input, ref float weights, nint width, ref TVector sum0, ref TVector sum1, ref TVector sum2,
        ref TVector sum3)
    {
        nint n = TLanes.Count;
        var value = TLanes.Broadcast(Unsafe.Add(ref x, input));
        ref var row = ref Unsafe.Add(ref weights, input * width);
        sum0 = TLanes.MultiplyAdd(value, TLanes.Load(ref row), sum0);
        sum1 = TLanes.MultiplyAdd(value, TLanes.Load(ref Unsafe.Add(ref row, n)), sum1);
        sum2 = TLanes.MultiplyAdd(value, TLanes.Load(ref Unsafe.Add(ref row, 2 * n)), sum2);
        sum3 = TLanes.MultiplyAdd(value, TLanes.Load(ref Unsafe.Add(ref row, 3 * n)), sum3);
    }

    /// <summary>The dot product of two arrays whose length is a multiple of 16: 16 sums, by index modulo 16.</summary>
    public static float Dot(ref float x, ref float weights, nint length)
    {
        var sums = default(DotSums);
        for (nint lane = 0; lane < DenseLayer.Lanes; lane += TLanes.Count)
        {
            var sum = default(TVector);
            for (var i = lane; i < length; i += DenseLayer.Lanes)
                sum = TLanes.MultiplyAdd(
                    TLanes.Load(ref Unsafe.Add(ref x, i)), TLanes.Load(ref Unsafe.Add(ref weights, i)), sum);
            TLanes.Store(sum, ref Unsafe.Add(ref sums.First, lane));
        }
        return sums.Total();
    }
}

/// <summary>The 16 partial sums of a dot product; index i adds to sum i mod 16.</summary>
[InlineArray(DenseLayer.Lanes)]
internal struct DotSums
{
    private float _first;

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ref float First => ref _first;

    /// <summary>Adds up in a fixed order.</summary>
    public readonly float Total()
    {
        ref var first = ref Unsafe.AsRef(in _first);
        var v = (Vector128.LoadUnsafe(ref first) + Vector128.LoadUnsafe(ref first, 8))
            + (Vector128.LoadUnsafe(ref first, 4) + Vector128.LoadUnsafe(ref first, 12));
        return (v[0] + v[2]) + (v[1] + v[3]);
    }
}
