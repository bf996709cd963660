using Alice.ML.Optimization.Update;

namespace Alice.ML.Training.Data;

/// <summary>Random row orders as a function of a key. They do not depend on device or number of threads.</summary>
internal static class RowOrder
{
    /// <summary>Shuffles row numbers (Fisher and Yates 1938).</summary>
    public static void Shuffle(Span<int> rows, ulong key)
    {
        for (var last = rows.Length - 1; last > 0; last--)
        {
            // The upper half of a 64-bit hash times n is a number below n. Its bias, n/2⁶⁴, is negligible.
            var other = (int)Math.BigMul(AliceDirections.Key(key, last), (ulong)last + 1, out _);
            (rows[last], rows[other]) = (rows[other], rows[last]);
        }
    }
}
