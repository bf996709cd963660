using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>Which columns the slots of a feature vector come from, so that contributions of slots can be summed to the
/// columns that people know: all categories of a column, or all parts of a date.</summary>
public sealed class FeatureColumns
{
    private readonly int[] _columnOf;

    private FeatureColumns(string[] names, int[] columnOf) => (Names, _columnOf) = (Array.AsReadOnly(names), columnOf);

    /// <summary>The columns that <c>Concatenate</c> was given, in its order.</summary>
    /// <param name="schema">Schema of the data with these columns as they were concatenated, such as that of the
    /// transformed data.</param>
    /// <param name="columns">Their names.</param>
    /// <exception cref="ArgumentException">The schema has no such column, or one of unknown size.</exception>
    public static FeatureColumns Of(DataViewSchema schema, params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Of(schema, [.. columns.Select(column => (column, column))]);
    }

    /// <summary>The same, where several columns are parts of one that people know.</summary>
    /// <param name="schema">Schema of the data with these columns as they were concatenated.</param>
    /// <param name="parts">The columns in order, and of each the name of what it is a part of.</param>
    /// <exception cref="ArgumentException">The schema has no such column, or one of unknown size.</exception>
    public static FeatureColumns Of(DataViewSchema schema, params (string Column, string Whole)[] parts)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(parts);
        string[] names = [.. parts.Select(part => part.Whole).Distinct()];
        return new(names, [.. parts.SelectMany(part =>
            Enumerable.Repeat(Array.IndexOf(names, part.Whole), Size(schema, part.Column)))]);
    }

    /// <summary>The columns that people know, in the order of their first slots.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Slots of the feature vector.</summary>
    public int NumberOfFeatures => _columnOf.Length;

    /// <summary>Which of <see cref="Names"/> a slot belongs to.</summary>
    /// <param name="slot">From 0 to <see cref="NumberOfFeatures"/> − 1.</param>
    public int ColumnOf(int slot) => _columnOf[slot];

    /// <summary>Sums of the slots' contributions, one for each of <see cref="Names"/>.</summary>
    /// <param name="contributions"><see cref="NumberOfFeatures"/> values.</param>
    /// <exception cref="ArgumentException">Another number of values.</exception>
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
