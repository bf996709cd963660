using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>Copies of weight matrices in the order in which <see cref="Products{V}"/> reads them: panel by panel, each
/// two vectors wide, with zeros beyond the last column.</summary>
internal static unsafe class Packing<V> where V : struct, IFloats<V>
{
    private static int PanelWidth => Products<V>.PanelWidth;

    /// <summary>Number of floats of a packed matrix.</summary>
    public static long Size(int rows, int columns) => (columns + PanelWidth - 1L) / PanelWidth * PanelWidth * rows;

    /// <summary>The packed matrix as a factor.</summary>
    public static RightFactor Packed(float* packed, int rows) => new(packed, PanelWidth, (nint)rows * PanelWidth);

    /// <summary>A row-major matrix as a factor. Its rows are <paramref name="stride"/> apart, and its columns are a
    /// whole number of vectors.</summary>
    public static RightFactor InPlace(float* matrix, int stride) => new(matrix, stride, PanelWidth);

    /// <summary>Packs a row-major matrix [rows, columns]. The padding must be zero before, and is not
    /// changed.</summary>
    public static void Pack(float* matrix, int rows, int columns, float* packed)
    {
        for (var column = 0; column < columns; column += PanelWidth, packed += (nint)rows * PanelWidth)
        {
            var width = Math.Min(PanelWidth, columns - column);
            for (var row = 0; row < rows; row++)
                Copy(matrix + (nint)row * columns + column, packed + row * PanelWidth, width);
        }
    }

    /// <summary>Packs some rows of a row-major matrix.</summary>
    public static void Pack(float* matrix, int[] rows, int columns, float* packed)
    {
        for (var column = 0; column < columns; column += PanelWidth)
            foreach (var row in rows)
            {
                Copy(matrix + (nint)row * columns + column, packed, Math.Min(PanelWidth, columns - column));
                packed += PanelWidth;
            }
    }

    /// <summary>Packs the transpose [columns, rows] of a row-major matrix [rows, columns].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackTransposed(float* matrix, int rows, int columns, float* packed)
    {
        const int Block = 4;
        for (var panel = 0; panel < rows; panel += PanelWidth, packed += (nint)columns * PanelWidth)
        {
            var width = Math.Min(PanelWidth, rows - panel);
            var whole = width / Block * Block;
            var from = matrix + (nint)panel * columns;
            var column = 0;
            for (; column <= columns - Block; column += Block)
            {
                var to = packed + (nint)column * PanelWidth;
                for (var row = 0; row < whole; row += Block)
                    Transpose(from + (nint)row * columns + column, columns, to + row, PanelWidth);
                for (var row = whole; row < width; row++)
                    for (var c = 0; c < Block; c++)
                        to[c * PanelWidth + row] = from[(nint)row * columns + column + c];
            }
            for (; column < columns; column++)
                for (var row = 0; row < width; row++)
                    packed[(nint)column * PanelWidth + row] = from[(nint)row * columns + column];
        }
    }

    /// <summary>Copies rows of <paramref name="columns"/> numbers into wider rows. The padding is not
    /// changed.</summary>
    public static void Pad(float* from, int rows, int columns, float* to, int stride)
    {
        for (var row = 0; row < rows; row++, from += columns, to += stride)
            Copy(from, to, columns);
    }

    /// <summary>Copies rows of <paramref name="columns"/> numbers from wider rows, or adds them.</summary>
    public static void Unpad(float* from, int stride, int rows, int columns, float* to, bool adds)
    {
        for (var row = 0; row < rows; row++, from += stride, to += columns)
            if (adds)
                Add(from, to, columns);
            else
                Copy(from, to, columns);
    }

    private static void Copy(float* from, float* to, int count) =>
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));

    private static void Add(float* from, float* to, int count)
    {
        for (var i = 0; i < count; i++)
            to[i] += from[i];
    }

    /// <summary>Transposes 4 × 4 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(float* from, nint stride, float* to, nint toStride)
    {
        var (a, b) = (Vector128.Load(from), Vector128.Load(from + stride));
        var (c, d) = (Vector128.Load(from + 2 * stride), Vector128.Load(from + 3 * stride));
        // Interleave rows a and c, b and d, then the results.
        var (acLow, acHigh) = (Interleave(a, c, false), Interleave(a, c, true));
        var (bdLow, bdHigh) = (Interleave(b, d, false), Interleave(b, d, true));
        Interleave(acLow, bdLow, false).Store(to);
        Interleave(acLow, bdLow, true).Store(to + toStride);
        Interleave(acHigh, bdHigh, false).Store(to + 2 * toStride);
        Interleave(acHigh, bdHigh, true).Store(to + 3 * toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Interleave(Vector128<float> a, Vector128<float> b, bool upper) => Sse.IsSupported
        ? upper ? Sse.UnpackHigh(a, b) : Sse.UnpackLow(a, b)
        : upper
            ? AdvSimd.Arm64.ZipHigh(a, b)
            : AdvSimd.Arm64.ZipLow(a, b);
}
