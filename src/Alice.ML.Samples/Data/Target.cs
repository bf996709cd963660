using System.Globalization;
using System.Text.Json.Serialization;

namespace Alice.ML.Samples.Data;

/// <summary>What is learned.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskKind>))]
public enum TaskKind
{
    /// <summary>A number.</summary>
    Regression,

    /// <summary>One of two classes.</summary>
    Binary,

    /// <summary>One of several classes.</summary>
    Multiclass,
}

/// <summary>What the values of the label column mean.</summary>
/// <param name="Task">What is learned.</param>
/// <param name="Classes">
/// Every class in order: numbers by their value, texts by their letters. Of two, the second is the positive one.
/// Empty for regression.
/// </param>
internal sealed record Target(TaskKind Task, IReadOnlyList<string> Classes)
{
    /// <summary>A number.</summary>
    public static Target Number { get; } = new(TaskKind.Regression, []);

    /// <summary>The class that a field names: its text, except that 1, 1.0 and 1e0 are the same.</summary>
    public static string ClassOf(string field) =>
        FormatDetection.TryNumber(field, out var number) ? number.ToString(CultureInfo.InvariantCulture) : field;

    /// <summary>Classes in their order.</summary>
    public static string[] InOrder(IReadOnlyCollection<string> classes) => classes.All(FormatDetection.IsNumber)
        ? [.. classes.OrderBy(c => float.Parse(c, CultureInfo.InvariantCulture))]
        : [.. classes.OrderBy(c => c, StringComparer.OrdinalIgnoreCase).ThenBy(c => c, StringComparer.Ordinal)];

    /// <summary>
    /// The label of each row: the number, NaN where missing; or the place of its class in <see cref="Classes"/>, −1
    /// for a class that a multiclass model has not seen.
    /// </summary>
    /// <param name="table">The file.</param>
    /// <param name="rows">Which of its rows, from 0.</param>
    /// <param name="column">Where the label stands.</param>
    /// <exception cref="UserException">A field is no number, or neither of two classes.</exception>
    public float[] Read(Table table, IReadOnlyList<int> rows, int column)
    {
        if (Task == TaskKind.Regression)
            return TableView.Numbers(table, rows, column, table.Names[column]);
        var places = Classes.Index().ToDictionary(c => c.Item, c => c.Index);
        return [.. rows.Select(row =>
            places.TryGetValue(ClassOf(table.Records[row].Fields[column]), out var place) ? place
            : Task == TaskKind.Multiclass ? -1f : throw new UserException(
                $"{table.Path}, line {table.Records[row].Line}: the label column '{table.Names[column]}' holds " +
                $"'{table.Records[row].Fields[column]}', which is neither '{Classes[0]}' nor '{Classes[1]}'; mend " +
                "it, or train with --task multiclass"))];
    }
}
