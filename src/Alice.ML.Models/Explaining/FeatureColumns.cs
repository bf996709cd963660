using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>Maps the slots of a feature vector to the columns that they come from. Use it to sum the contributions of
/// slots by column, such as all categories of a one-hot encoded column or all parts of a date.</summary>
public sealed class FeatureColumns
{
    private readonly int[] _columnOf;

    private FeatureColumns(string[] names, int[] columnOf) => (Names, _columnOf) = (Array.AsReadOnly(names), columnOf);

    /// <summary>Creates the map from the columns that <c>Concatenate</c> was given.</summary>
    /// <param name="schema">Schema that has these columns in the form in which they were concatenated, such as the
    /// schema of the transformed data.</param>
    /// <param name="columns">Names of the columns, in the order in which they were concatenated.</param>
    /// <exception cref="ArgumentException">The schema does not have one of the columns, or a column is a vector of
    /// unknown size.</exception>
    public static FeatureColumns Of(DataViewSchema schema, params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Of(schema, [.. columns.Select(column => (column, column))]);
    }

    /// <summary>Creates the map if several columns are parts of one original column.</summary>
    /// <param name="schema">Schema that has these columns in the form in which they were concatenated.</param>
    /// <param name="parts">The columns, in the order in which they were concatenated, each with the name of the
    /// original column that it is a part of.</param>
    /// <exception cref="ArgumentException">The schema does not have one of the columns, or a column is a vector of
    /// unknown size.</exception>
    public static FeatureColumns Of(DataViewSchema schema, params (string Column, string Whole)[] parts)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(parts);
        string[] names = [.. parts.Select(part => part.Whole).Distinct()];
        return new(names, [.. parts.SelectMany(part =>
            Enumerable.Repeat(Array.IndexOf(names, part.Whole), Size(schema, part.Column)))]);
    }

    /// <summary>Names of the original columns, in the order of their first slots.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of slots of the feature vector.</summary>
    public int NumberOfFeatures => _columnOf.Length;

    /// <summary>Index in <see cref="Names"/> of the column that a slot belongs to.</summary>
    /// <param name="slot">Index of the slot, from 0 to <see cref="NumberOfFeatures"/> − 1.</param>
    public int ColumnOf(int slot) => _columnOf[slot];

    /// <summary>Sums the contributions of the slots by column.</summary>
    /// <param name="contributions"><see cref="NumberOfFeatures"/> values, one per slot.</param>
    /// <returns>One sum per column, in the order of <see cref="Names"/>.</returns>
    /// <exception cref="ArgumentException">The number of contributions is not
    /// <see cref="NumberOfFeatures"/>.</exception>
    public float[] Sum(ReadOnlySpan<float> contributions)
    {
        if (contributions.Length != NumberOfFeatures)
            throw new ArgumentException($"There are {contributions.Length} contributions, and the columns "
                + $"{string.Join(", ", Names)} have {NumberOfFeatures} slots.");
        var sums = new double[Names.Count];
        for (var slot = 0; slot < contributions.Length; slot++)
            sums[_columnOf[slot]] += contributions[slot];
        return Array.ConvertAll(sums, sum => (float)sum);
    }

    private static int Size(DataViewSchema schema, string column) => schema.GetColumnOrNull(column)?.Type switch
    {
        null => throw new ArgumentException($"There is no column '{column}'; there are "
            + $"{string.Join(", ", schema.Select(c => c.Name).Distinct())}."),
        VectorDataViewType { Size: > 0 } vector => vector.Size,
        VectorDataViewType vector => throw new ArgumentException(
            $"The column '{column}' is {vector}, whose size is not known."),
        _ => 1,
    };
}
