using Alice.ML.Training.Ranks;

namespace Alice.ML.Training.Data;

/// <summary>Location and scale of a column, without a few extreme values, for its standardization.</summary>
/// <param name="Mean">Weighted mean, with extreme values clipped to <paramref name="Lowest"/> or
/// <paramref name="Highest"/>.</param>
/// <param name="Deviation">Standard deviation, with the same clipping. 0 if all values are equal.</param>
/// <param name="Lowest">The least value that is not extreme.</param>
/// <param name="Highest">The largest value that is not extreme.</param>
/// <param name="Quartiles">Quartiles of the values.</param>
/// <param name="Missing">Number of rows with a missing value (NaN).</param>
/// <param name="Extreme">Number of rows with an extreme or infinite value.</param>
internal readonly record struct ColumnScale(
    double Mean, double Deviation, float Lowest, float Highest, Quartiles Quartiles, int Missing, int Extreme)
{
    /// <summary>Whether all known values are equal.</summary>
    public bool IsConstant => Lowest == Highest;

    /// <summary>Computes the scales of the columns of rows in memory.</summary>
    /// <param name="values">The rows, [rows, columns].</param>
    /// <param name="columns">Number of values per row.</param>
    /// <param name="weights">[rows], above 0. Empty: all rows have the same weight.</param>
    /// <param name="peers">Ranks with other rows. Null: there are none.</param>
    public static ColumnScale[] Of(
        ReadOnlyMemory<float> values, int columns, ReadOnlyMemory<float> weights = default, Peers? peers = null) =>
        columns == 0 ? [] : ScaleOfColumns.InMemory(values, columns, weights, peers);
}
