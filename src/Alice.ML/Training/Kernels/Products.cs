using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>The left factor of a product: element [row, k] is at At + row·RowStep + k·Step. Exchange the steps to
/// transpose it.</summary>
internal readonly unsafe struct LeftFactor(float* at, nint rowStep, nint step)
{
    public readonly float* At = at;
    public readonly nint RowStep = rowStep;
    public readonly nint Step = step;
}

/// <summary>The right factor of a product, in panels two vectors wide: row k of panel p is at At + p·PanelStep +
/// k·Stride. In a row-major matrix, panels are side by side. <see cref="Packing{V}"/> stores them one after the
/// other.</summary>
internal readonly unsafe struct RightFactor(float* at, nint stride, nint panelStep)
{
    public readonly float* At = at;
    public readonly nint Stride = stride;
    public readonly nint PanelStep = panelStep;
}

/// <summary>Rows of a matrix: row r is at At + r·Stride.</summary>
internal readonly unsafe struct RowsAt(float* at, nint stride)
{
    public readonly float* At = at;
    public readonly nint Stride = stride;

    public float* this[nint row] => At + row * Stride;
}

/// <summary>Matrix products. Tiles of six rows by two vectors stay in registers for the whole sum: the 12 sums, two
/// vectors of the right factor and one of the left fit in the 16 registers of AVX2, and are enough to hide the latency
/// of multiply-add at any width.</summary>
internal static unsafe class Products<V> where V : struct, IFloats<V>
{
    private const int TileRows = 6;

    /// <summary>Number of columns of a panel.</summary>
    public static int PanelWidth => 2 * V.Count;

    /// <summary>result = max(start + left · right, floor).</summary>
    /// <param name="left">[rows, depth].</param>
    /// <param name="right">[depth, width].</param>
    /// <param name="start">[rows, width], or one row with stride 0: added to the products. May be the same as the
    /// result.</param>
    /// <param name="result">[rows, width].</param>
    /// <param name="rows">Number of rows of the result, 1 or more.</param>
    /// <param name="depth">Number of terms of each sum, 0 or more.</param>
    /// <param name="width">Number of columns, a whole number of vectors.</param>
    /// <param name="floor">0 for ReLU, −∞ for no activation. NaN stays NaN.</param>
    public static void Multiply(
        LeftFactor left, RightFactor right, RowsAt start, RowsAt result, nint rows, nint depth, nint width,
        float floor = float.NegativeInfinity)
    {
        var panel = right.At;
        for (nint column = 0; column < width; column += PanelWidth, panel += right.PanelStep)
        {
            var (from, to) = (new RowsAt(start.At + column, start.Stride),
                new RowsAt(result.At + column, result.Stride));
            if (column + PanelWidth <= width)
                TwoVectors(left, panel, right.Stride, from, to, rows, depth, floor);
            else
                OneVector(left, panel, right.Stride, from, to, rows, depth, floor);
        }
    }

    // If fewer than six rows are left, the last row is computed repeatedly. So neither another tile nor padding is
    // needed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoVectors(
        LeftFactor left, float* right, nint stride, RowsAt start, RowsAt result, nint rows, nint depth, float floor)
    {
        nint n = V.Count;
        var (last, end, step) = (rows - 1, depth * left.Step, left.Step);
        var least = V.All(floor);
        for (nint row = 0; row < rows; row += TileRows)
        {
            var (r1, r2, r3) = (Math.Min(row + 1, last), Math.Min(row + 2, last), Math.Min(row + 3, last));
            var (r4, r5) = (Math.Min(row + 4, last), Math.Min(row + 5, last));
            float* s0 = start[row], s1 = start[r1], s2 = start[r2], s3 = start[r3], s4 = start[r4], s5 = start[r5];
            V sum00 = V.Load(s0), sum01 = V.Load(s0 + n), sum10 = V.Load(s1), sum11 = V.Load(s1 + n);
            V sum20 = V.Load(s2), sum21 = V.Load(s2 + n), sum30 = V.Load(s3), sum31 = V.Load(s3 + n);
            V sum40 = V.Load(s4), sum41 = V.Load(s4 + n), sum50 = V.Load(s5), sum51 = V.Load(s5 + n);

            float* a0 = left.At + row * left.RowStep, a1 = left.At + r1 * left.RowStep,
                a2 = left.At + r2 * left.RowStep;
            float* a3 = left.At + r3 * left.RowStep, a4 = left.At + r4 * left.RowStep, a5 = left.At + r5 * left.RowStep;
            var b = right;
            for (nint k = 0; k != end; k += step, b += stride)
            {
                V b0 = V.Load(b), b1 = V.Load(b + n);
                var a = V.All(a0[k]);
                (sum00, sum01) = (V.MultiplyAdd(a, b0, sum00), V.MultiplyAdd(a, b1, sum01));
                a = V.All(a1[k]);
                (sum10, sum11) = (V.MultiplyAdd(a, b0, sum10), V.MultiplyAdd(a, b1, sum11));
                a = V.All(a2[k]);
                (sum20, sum21) = (V.MultiplyAdd(a, b0, sum20), V.MultiplyAdd(a, b1, sum21));
                a = V.All(a3[k]);
                (sum30, sum31) = (V.MultiplyAdd(a, b0, sum30), V.MultiplyAdd(a, b1, sum31));
                a = V.All(a4[k]);
                (sum40, sum41) = (V.MultiplyAdd(a, b0, sum40), V.MultiplyAdd(a, b1, sum41));
                a = V.All(a5[k]);
                (sum50, sum51) = (V.MultiplyAdd(a, b0, sum50), V.MultiplyAdd(a, b1, sum51));
            }

            Store(sum00, sum01, least, result[row]);
            Store(sum10, sum11, least, result[r1]);
            Store(sum20, sum21, least, result[r2]);
            Store(sum30, sum31, least, result[r3]);
            Store(sum40, sum41, least, result[r4]);
            Store(sum50, sum51, least, result[r5]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneVector(
        LeftFactor left, float* right, nint stride, RowsAt start, RowsAt result, nint rows, nint depth, float floor)
    {
        var (last, end, step) = (rows - 1, depth * left.Step, left.Step);
        var least = V.All(floor);
        for (nint row = 0; row < rows; row += TileRows)
        {
            var (r1, r2, r3) = (Math.Min(row + 1, last), Math.Min(row + 2, last), Math.Min(row + 3, last));
            var (r4, r5) = (Math.Min(row + 4, last), Math.Min(row + 5, last));
            V sum0 = V.Load(start[row]), sum1 = V.Load(start[r1]), sum2 = V.Load(start[r2]);
            V sum3 = V.Load(start[r3]), sum4 = V.Load(start[r4]), sum5 = V.Load(start[r5]);

            float* a0 = left.At + row * left.RowStep, a1 = left.At + r1 * left.RowStep,
                a2 = left.At + r2 * left.RowStep;
            float* a3 = left.At + r3 * left.RowStep, a4 = left.At + r4 * left.RowStep, a5 = left.At + r5 * left.RowStep;
            var b = right;
            for (nint k = 0; k != end; k += step, b += stride)
            {
                var b0 = V.Load(b);
                sum0 = V.MultiplyAdd(V.All(a0[k]), b0, sum0);
                sum1 = V.MultiplyAdd(V.All(a1[k]), b0, sum1);
                sum2 = V.MultiplyAdd(V.All(a2[k]), b0, sum2);
                sum3 = V.MultiplyAdd(V.All(a3[k]), b0, sum3);
                sum4 = V.MultiplyAdd(V.All(a4[k]), b0, sum4);
                sum5 = V.MultiplyAdd(V.All(a5[k]), b0, sum5);
            }

            V.Max(least, sum0).Store(result[row]);
            V.Max(least, sum1).Store(result[r1]);
            V.Max(least, sum2).Store(result[r2]);
            V.Max(least, sum3).Store(result[r3]);
            V.Max(least, sum4).Store(result[r4]);
            V.Max(least, sum5).Store(result[r5]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V first, V second, V least, float* to)
    {
        V.Max(least, first).Store(to);
        V.Max(least, second).Store(to + V.Count);
    }
}
