using System.Runtime.CompilerServices;
using Alice.ML.Training.Inputs;

namespace Alice.ML.Training.Kernels;

/// <summary>Rows of numbers with their bins. All arrays are [rows, columns], for the columns that are
/// numbers.</summary>
/// <param name="numbers">The standardized numbers.</param>
/// <param name="bins">Feature index of each number's bin, or of the number itself if the column has no bins.</param>
/// <param name="shares">Position of the number in the bin, times the scale of the bin.</param>
internal readonly unsafe struct BinnedBatch(float* numbers, int* bins, float* shares)
{
    public readonly float* Numbers = numbers;
    public readonly int* Bins = bins;
    public readonly float* Shares = shares;

    /// <summary>Finds the bins of the numbers in some columns.</summary>
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
