using Alice.ML.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Extension methods that create target encoders.</summary>
public static class TargetEncodingCatalog
{
    /// <summary>
    /// Target encoding of one column; see <see cref="TargetEncoding(TransformsCatalog.CategoricalTransforms,
    /// InputOutputColumnPair[], string, double?, int, int?)"/>.
    /// </summary>
    /// <param name="catalog">The transforms of <see cref="TransformsCatalog.Categorical"/>.</param>
    /// <param name="outputColumnName">Column of the encodings.</param>
    /// <param name="inputColumnName">Column of the texts; null: that of the encodings, which takes its place.</param>
    /// <param name="labelColumnName">Column of the label.</param>
    /// <param name="smoothing">Rows that the overall mean counts as; null: estimated.</param>
    /// <param name="numberOfFolds">Parts of the training rows.</param>
    /// <param name="seed">Draws them; null: the seed of the <see cref="MLContext"/>.</param>
    /// <exception cref="ArgumentException">Arguments out of range.</exception>
    public static TargetEncoder TargetEncoding(
        this TransformsCatalog.CategoricalTransforms catalog,
        string outputColumnName,
        string? inputColumnName = null,
        string labelColumnName = DefaultColumnNames.Label,
        double? smoothing = null,
        int numberOfFolds = 10,
        int? seed = null) =>
            catalog.TargetEncoding([new InputOutputColumnPair(outputColumnName, inputColumnName)], labelColumnName,
            smoothing,
            numberOfFolds, seed);

    /// <summary>Target encoding, for texts of many values that repeat: postal codes, items, customers. Each value
    /// becomes what the labels of its rows have in common.
    /// </summary>
    /// <remarks>With n rows of a value, the mean m of their labels and that of all rows M, the value is encoded as n /
    /// (n + smoothing) · (m − M), beside ln(1 + n): a vector of two floats for a label of type <see cref="float"/> or
    /// <see cref="bool"/>. For a key of C classes it has C + 1: m − M for each class, where the label is 1 in rows of
    /// the class and else 0. Numbers count as at most ten interquartile ranges beyond the quartiles of all, so that a
    /// typing error decides nothing; rows without a label do not count. An empty text is a value like others; one that
    /// training did not see is all 0. Training rows are encoded out of fold: by the rows of all other folds.
    /// </remarks>
    /// <param name="catalog">The transforms of <see cref="TransformsCatalog.Categorical"/>.</param>
    /// <param name="columns">Columns of texts, and those of their encodings.</param>
    /// <param name="labelColumnName">Column of the label: <see cref="float"/>, <see cref="bool"/> or a key of at most
    /// 1,000 values.</param>
    /// <param name="smoothing"> Rows that the overall mean counts as, 0 or more. Null: estimated for each column, as
    /// the variance of labels within a value over that between values (empirical Bayes), which is infinite where the
    /// values tell nothing.
    /// </param>
    /// <param name="numberOfFolds">Parts of the training rows, 2 or more.</param>
    /// <param name="seed">Draws them; null: the seed of the <see cref="MLContext"/>.</param>
    /// <exception cref="ArgumentException">Arguments out of range.</exception>
    public static TargetEncoder TargetEncoding(
        this TransformsCatalog.CategoricalTransforms catalog,
        InputOutputColumnPair[] columns,
        string labelColumnName = DefaultColumnNames.Label,
        double? smoothing = null,
        int numberOfFolds = 10,
        int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        if (columns.Length == 0)
            throw new ArgumentException("Target encoding needs a column or more.", nameof(columns));
        if (columns.FirstOrDefault(column => column.OutputColumnName == labelColumnName) is not null)
            throw new ArgumentException(
                $"Target encoding would overwrite the label column '{labelColumnName}'.", nameof(columns));
        if (columns.GroupBy(column => column.OutputColumnName).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Target encoding would write column '{twice.Key}' twice.", nameof(columns));
        if (smoothing is { } rows && !(rows >= 0 && double.IsFinite(rows)))
            throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "must be 0 or more and finite");
        ArgumentOutOfRangeException.ThrowIfLessThan(numberOfFolds, 2);
        return new TargetEncoder(CatalogUtils.GetEnvironment(catalog),
            [.. columns.Select(column => (column.OutputColumnName, column.InputColumnName))], labelColumnName,
            smoothing,
            numberOfFolds, seed);
    }
}
