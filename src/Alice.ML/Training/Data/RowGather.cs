using System.Runtime.Intrinsics.X86;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Data;

/// <summary>Gathers rows of a table in any order.</summary>
internal static unsafe class RowGather
{
    // Number of rows to prefetch ahead. Rows of a large table are far apart in memory.
    private const int Ahead = 16;

    /// <summary>Copies some columns of some rows.</summary>
    /// <param name="table">[rows, columns].</param>
    /// <param name="columns">Columns of the table.</param>
    /// <param name="rows">Numbers of the rows.</param>
    /// <param name="to">Receives the values.</param>
    /// <param name="some">The columns to copy, ascending.</param>
    public static void Copy(float* table, int columns, ReadOnlySpan<int> rows, float* to, int[] some)
    {
        for (var i = 0; i < rows.Length; i++, to += some.Length)
        {
            if (Sse.IsSupported && i + Ahead < rows.Length)
                Sse.Prefetch0(table + (nint)rows[i + Ahead] * columns);
            var from = table + (nint)rows[i] * columns;
            if (some.Length == columns)
                new ReadOnlySpan<float>(from, columns).CopyTo(new Span<float>(to, columns));
            else
                for (var k = 0; k < some.Length; k++)
                    to[k] = from[some[k]];
        }
    }

    /// <summary>index_select for rows of a contiguous float table [rows, columns]. On the CPU, rows are
    /// prefetched.</summary>
    public static Tensor Select(Tensor table, Tensor rows)
    {
        if (table.device_type != DeviceType.CPU)
            return table.index_select(0, rows);

        var columns = (int)table.shape[1];
        var count = (int)rows.shape[0];
        var selected = empty(count, columns);
        var order = VectorLoop.Pointer<long>(rows, count);
        var from = VectorLoop.Pointer<float>(table, table.numel());
        var to = VectorLoop.Pointer<float>(selected, (long)count * columns);
        for (var i = 0; i < count; i++)
        {
            if (Sse.IsSupported && i + Ahead < count)
                Sse.Prefetch0(from + order[i + Ahead] * columns);
            new ReadOnlySpan<float>(from + order[i] * columns, columns)
                .CopyTo(new Span<float>(to + (long)i * columns, columns));
        }
        return selected;
    }
}
