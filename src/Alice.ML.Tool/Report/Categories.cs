using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Report;

/// <summary>The values of a non-numeric column as text.</summary>
internal static class Categories
{
    private const int Longest = 60;

    /// <summary>Returns the value of a row.</summary>
    public static Func<int, string> Of(RowsInMemory rows, int column)
    {
        var values = rows.Column(column);
        if (values is not uint[] keys || rows.Schema[column].Type is not KeyDataViewType)
            return row => Shortened(values.GetValue(row)?.ToString() ?? "");
        var names = Names(rows.Schema[column]);
        return row => keys[row] is var key && key == 0 ? "missing"
            : key <= names.Count ? Shortened(names[(int)key - 1]) : $"{key}";
    }

    /// <summary>The key values of a column as text. Empty if it has none.</summary>
    public static IReadOnlyList<string> Names(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is not VectorDataViewType texts)
            return [];
        if (texts.ItemType != TextDataViewType.Instance)
            return [];
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.Annotations.GetValue("KeyValues", ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }

    private static string Shortened(string text) => text == "" ? "missing"
        : text.Length <= Longest ? text : text[..(Longest - 1)] + "…";
}
