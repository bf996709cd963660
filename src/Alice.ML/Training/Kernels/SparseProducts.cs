using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Data;

namespace Alice.ML.Training.Kernels;

/// <summary>Contributions of sparse columns to the sums of a first layer and to its gradient. The usual values are
/// handled once for all rows, the other values one by one. Works on the network's own weights [columns, units], without
/// padding.</summary>
internal static unsafe class SparseProducts<V> where V : struct, IFloats<V>
{
    private const MethodImplOptions Optimized = MethodImplOptions.AggressiveOptimization;

    /// <summary>result = start + contribution of the usual values.</summary>
    /// <param name="table">The table with the usual values.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="start">[width].</param>
    /// <param name="result">[width].</param>
    /// <param name="units">Number of columns of the weights.</param>
    /// <param name="width">Number of units with padding.</param>
    [MethodImpl(Optimized)]
    public static void AddUsual(SparseTable table, RowsAt weights, float* start, float* result, int units, int width)
    {
        nint n = V.Count, u = 0;
        for (; u + 4 * n <= units; u += 4 * n)
        {
            V s0 = V.Load(start + u), s1 = V.Load(start + u + n), s2 = V.Load(start + u + 2 * n),
                s3 = V.Load(start + u + 3 * n);
            foreach (var (column, usual) in table.Usual)
            {
                var value = V.All(usual);
                var w = weights[column] + u;
                s0 = V.MultiplyAdd(value, V.Load(w), s0);
                s1 = V.MultiplyAdd(value, V.Load(w + n), s1);
                s2 = V.MultiplyAdd(value, V.Load(w + 2 * n), s2);
                s3 = V.MultiplyAdd(value, V.Load(w + 3 * n), s3);
            }
            Store(s0, s1, s2, s3, result + u);
        }
        for (; u + n <= units; u += n)
        {
            var sum = V.Load(start + u);
            foreach (var (column, usual) in table.Usual)
                sum = V.MultiplyAdd(V.All(usual), V.Load(weights[column] + u), sum);
            sum.Store(result + u);
        }
        new ReadOnlySpan<float>(start + u, width - (int)u).CopyTo(new Span<float>(result + u, width - (int)u));
        if (u < units)
            foreach (var (column, usual) in table.Usual)
                for (var rest = u; rest < units; rest++)
                    result[rest] += usual * weights[column][rest];
    }

    /// <summary>sums = max(start + contribution of the rows' values, floor).</summary>
    /// <param name="table">The table with the rows.</param>
    /// <param name="rows">Numbers of the rows.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="start">[width], the same for all rows.</param>
    /// <param name="sums">[count, width].</param>
    /// <param name="units">Number of columns of the weights.</param>
    /// <param name="width">Number of units with padding.</param>
    /// <param name="floor">As in <see cref="Products{V}"/>.</param>
    [MethodImpl(Optimized)]
    public static void Gather(SparseTable table, int* rows, int count, RowsAt weights, float* start, RowsAt sums,
        int units, int width, float floor)
    {
        nint n = V.Count;
        var least = V.All(floor);
        for (var i = 0; i < count; i++)
        {
            var row = table.Row(rows[i]);
            float* values = row.Values;
            int* columns = row.Columns;
            var length = row.Length;
            var to = sums[i];
            nint u = 0;
            for (; u + 4 * n <= units; u += 4 * n)
            {
                V s0 = V.Load(start + u), s1 = V.Load(start + u + n), s2 = V.Load(start + u + 2 * n),
                    s3 = V.Load(start + u + 3 * n);
                for (var k = 0; k < length; k++)
                {
                    var value = V.All(values[k]);
                    var w = weights[columns[k]] + u;
                    s0 = V.MultiplyAdd(value, V.Load(w), s0);
                    s1 = V.MultiplyAdd(value, V.Load(w + n), s1);
                    s2 = V.MultiplyAdd(value, V.Load(w + 2 * n), s2);
                    s3 = V.MultiplyAdd(value, V.Load(w + 3 * n), s3);
                }
                Store(V.Max(least, s0), V.Max(least, s1), V.Max(least, s2), V.Max(least, s3), to + u);
            }
            for (; u + n <= units; u += n)
            {
                var sum = V.Load(start + u);
                for (var k = 0; k < length; k++)
                    sum = V.MultiplyAdd(V.All(values[k]), V.Load(weights[columns[k]] + u), sum);
                V.Max(least, sum).Store(to + u);
            }
            for (; u < units; u++)
            {
                var sum = start[u];
                for (var k = 0; k < length; k++)
                    sum += values[k] * weights[columns[k]][u];
                to[u] = sum < floor ? floor : sum;
            }
            for (; u < width; u++)
                to[u] = start[u];
        }
    }

    /// <summary>Adds the contribution of rows to the gradient of the weights.</summary>
    /// <param name="table">The table with the rows.</param>
    /// <param name="rows">Numbers of the rows.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="errors">[count, units]: gradients with respect to the sums.</param>
    /// <param name="allErrors">[units]: sums of the errors over the rows.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="units">Number of columns of the weights.</param>
    [MethodImpl(Optimized)]
    public static void Scatter(
        SparseTable table, int* rows, int count, RowsAt errors, float* allErrors, RowsAt gradient, int units)
    {
        for (var i = 0; i < count; i++)
        {
            var row = table.Row(rows[i]);
            Add(row.Values, row.Columns, row.Length, errors[i], gradient, units);
        }
        foreach (var (column, value) in table.Usual)
        {
            float factor = value;
            int place = column;
            Add(&factor, &place, 1, allErrors, gradient, units);
        }
    }

    /// <summary>Adds multiples of one row to several rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* factors, int* places, int count, float* from, RowsAt to, int units)
    {
        nint n = V.Count, u = 0;
        for (; u + 4 * n <= units; u += 4 * n)
        {
            V e0 = V.Load(from + u), e1 = V.Load(from + u + n), e2 = V.Load(from + u + 2 * n),
                e3 = V.Load(from + u + 3 * n);
            for (var k = 0; k < count; k++)
            {
                var factor = V.All(factors[k]);
                var sum = to[places[k]] + u;
                Store(
                    V.MultiplyAdd(factor, e0, V.Load(sum)), V.MultiplyAdd(factor, e1, V.Load(sum + n)),
                    V.MultiplyAdd(factor, e2, V.Load(sum + 2 * n)), V.MultiplyAdd(factor, e3, V.Load(sum + 3 * n)),
                    sum);
            }
        }
        for (; u + n <= units; u += n)
        {
            var error = V.Load(from + u);
            for (var k = 0; k < count; k++)
            {
                var sum = to[places[k]] + u;
                V.MultiplyAdd(V.All(factors[k]), error, V.Load(sum)).Store(sum);
            }
        }
        if (u < units)
            for (var k = 0; k < count; k++)
                for (var rest = u; rest < units; rest++)
                    to[places[k]][rest] += factors[k] * from[rest];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V first, V second, V third, V fourth, float* to)
    {
        nint n = V.Count;
        first.Store(to);
        second.Store(to + n);
        third.Store(to + 2 * n);
        fourth.Store(to + 3 * n);
    }
}
