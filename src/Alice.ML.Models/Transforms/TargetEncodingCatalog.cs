using Alice.ML.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Extension methods that create target encoders.</summary>
public static class TargetEncodingCatalog
{
    /// <summary>
    /// Creates a target encoder for one column. See <see cref="TargetEncoding(TransformsCatalog.CategoricalTransforms,
    /// InputOutputColumnPair[], string, double?, int, int?)"/>.
    /// </summary>
    /// <param name="catalog">The transforms of <see cref="TransformsCatalog.Categorical"/>.</param>
    /// <param name="outputColumnName">Name of the output column with the encoding, a vector of
    /// <see cref="float"/>.</param>
    /// <param name="inputColumnName">Name of the input column, text. Default null: <paramref name="outputColumnName"/>,
    /// which the encoding then replaces.</param>
    /// <param name="labelColumnName">Name of the label column. Default "Label".</param>
    /// <param name="smoothing">Number of rows that the overall mean counts as, 0 or more. Default null: estimated for
    /// each column.</param>
    /// <param name="numberOfFolds">Number of folds, 2 or more. Default 10.</param>
    /// <param name="seed">Seed of the random folds. Default null: the seed of the <see cref="MLContext"/>.</param>
    /// <exception cref="ArgumentException">An argument is out of range, or a column is written twice.</exception>
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

    /// <summary>Creates a target encoder for text columns with many repeating values, such as postal codes, items or
    /// customers. Each value is replaced by numbers that summarize the labels of the rows with that value.</summary>
    /// <remarks>Let n be the number of rows with a value, m the mean of their labels, and M the mean of all labels. The
    /// encoding of the value is n / (n + smoothing) · (m − M), followed by ln(1 + n). For a label of type
    /// <see cref="float"/> or <see cref="bool"/> this is a vector of two floats. For a key of C classes it is a vector
    /// of C + 1 floats, with the first formula once per class; the label of a class is 1 in rows of the class and 0 in
    /// others. Rows without a label are left out. Numeric labels are clipped to ten interquartile ranges beyond the
    /// quartiles, so that a typing error has little influence. An empty text is a value like any other. A value that
    /// did not occur in training is encoded as zeros. Training rows are encoded out of fold: each row by the rows of
    /// all other folds.
    /// </remarks>
    /// <param name="catalog">The transforms of <see cref="TransformsCatalog.Categorical"/>.</param>
    /// <param name="columns">Names of the output and input columns. Input columns are text; output columns are vectors
    /// of <see cref="float"/>.</param>
    /// <param name="labelColumnName">Name of the label column: <see cref="float"/>, <see cref="bool"/> or a key of at
    /// most 1,000 values. Default "Label".</param>
    /// <param name="smoothing">Number of rows that the overall mean counts as, 0 or more. Default null: estimated for
    /// each column as the variance of the labels within values over the variance between values (empirical Bayes). The
    /// estimate is infinite if the values say nothing about the label.</param>
    /// <param name="numberOfFolds">Number of folds, 2 or more. Default 10.</param>
    /// <param name="seed">Seed of the random folds. Default null: the seed of the <see cref="MLContext"/>.</param>
    /// <exception cref="ArgumentException">An argument is out of range, or a column is written twice.</exception>
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
