using System.Runtime.CompilerServices;
using Alice.ML.Training.Inputs;

namespace Alice.ML.Training.Kernels;

/// <summary>Rows of numbers with the bins that they lie in; all arrays [rows, columns], of the columns that are
/// numbers.</summary>
/// <param name="numbers">The numbers, standardized.</param>
/// <param name="bins">The feature of each number's bin; that of the number as it is, where the column has no
/// bins.</param>
/// <param name="shares">How far through the bin the number is, by the bin's scale.</param>
internal readonly unsafe struct BinnedBatch(float* numbers, int* bins, float* shares)
{
    public readonly float* Numbers = numbers;
    public readonly int* Bins = bins;
    public readonly float* Shares = shares;

    /// <summary>Finds the bins of rows of numbers in some columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Locate(
        EncodedColumns encoding, int[] columns, float* numbers, int rows, int* bins, float* shares)
    {
        var at = 0;
        for (var row = 0; row < rows; row++)
            foreach (var column in columns)
            {
                (bins[at], var share) = encoding.Locate(column, numbers[at]);
                shares[at] = share * encoding.Scale[bins[at]];
                at++;
            }
    }
}
