using System.Globalization;
using Alice.ML.Tool.Reporting;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Report;

/// <summary>An input of the model: a column, or one slot of a vector column.</summary>
/// <param name="Name">Name in the report.</param>
/// <param name="Column">Index of the column.</param>
/// <param name="Slot">Slot of the vector. Null: the whole column.</param>
internal sealed record Factor(string Name, int Column, int? Slot)
{
    /// <summary>A vector with more slots is one factor, because single slots, such as words, matter little.</summary>
    private const int MaximumSlots = 256;

    /// <summary>All factors: every column but the label.</summary>
    public static IReadOnlyList<Factor> Of(RowsInMemory rows, string label) =>
        [.. rows.Schema.Where(c => c.Name != label).SelectMany(Of)];

    /// <summary>The numbers of a factor, NaN if missing. Null if it is not numeric.</summary>
    public double[]? Numbers(RowsInMemory rows) => rows.Column(Column) switch
    {
        VBuffer<float>[] vectors when Slot is { } slot => [.. vectors.Select(v => (double)v.GetItemOrDefault(slot))],
        var column when rows.Schema[Column].Type is NumberDataViewType => [.. column.Cast<object>().Select(Number)],
        _ => null,
    };

    /// <summary>The value of a row as text.</summary>
    public string Text(RowsInMemory rows, int row) => Numbers(rows, row) is { } number
        ? double.IsNaN(number) ? "missing" : Show.Number(number)
        : Categories.Of(rows, Column)(row);

    private double? Numbers(RowsInMemory rows, int row) => rows.Column(Column) switch
    {
        VBuffer<float>[] vectors when Slot is { } slot => vectors[row].GetItemOrDefault(slot),
        var column when rows.Schema[Column].Type is NumberDataViewType => Number(column.GetValue(row)!),
        _ => null,
    };

    private static double Number(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static IEnumerable<Factor> Of(DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType { IsKnownSize: true, Size: <= MaximumSlots } vector
            || vector.ItemType != NumberDataViewType.Single)
            return [new Factor(column.Name, column.Index, null)];
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (column.HasSlotNames())
            column.GetSlotNames(ref names);
        return Enumerable.Range(0, vector.Size).Select(slot =>
        {
            var name = names.Length == vector.Size ? names.GetItemOrDefault(slot).ToString() : "";
            return new Factor(name != "" ? name : $"{column.Name}[{slot}]", column.Index, slot);
        });
    }
}
