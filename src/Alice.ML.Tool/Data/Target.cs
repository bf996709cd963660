using System.Globalization;
using System.Text.Json.Serialization;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>The learning task.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskKind>))]
public enum TaskKind
{
    /// <summary>A number.</summary>
    Regression,

    /// <summary>Predicts one of two classes.</summary>
    Binary,

    /// <summary>Predicts one of several classes.</summary>
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

    /// <summary>The decimal mark of numbers: a point or a comma.</summary>
    public char DecimalMark { get; init; } = '.';

    /// <summary>Whether yes and YES are the same class.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>The class that a field names: its text, except that 1, 1.0 and 1e0 are the same.</summary>
    public static string ClassOf(string field) =>
        float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && float.IsFinite(number)
            ? number.ToString(CultureInfo.InvariantCulture) : field;

    /// <summary>
    /// The classes of labels, in their order. Where they are two when upper and lower case count as the same, they do,
    /// and the more frequent spelling stands for both.
    /// </summary>
    public static (string[] Classes, bool IgnoresCase) ClassesOf(
        IReadOnlyList<string> fields, char mark, bool mayIgnoreCase)
    {
        var counts = fields.CountBy(ClassOf).ToArray();
        var merged = counts.GroupBy(c => c.Key, StringComparer.OrdinalIgnoreCase).ToArray();
        var ignoresCase = mayIgnoreCase && merged.Length == 2 && counts.Length > 2;
        string[] classes = [.. ignoresCase ? merged.Select(g => g.MaxBy(c => c.Value).Key) : counts.Select(c => c.Key)];
        return (InOrder(classes, mark), ignoresCase);
    }

    /// <summary>Whether a label is a number: what is none, such as '-', is no label.</summary>
    [JsonIgnore]
    public bool IsNumeric => Classes.All(c => NumberText.TryRead(c, DecimalMark, out _));

    /// <summary>
    /// The label of each row: the number, NaN where missing; or the place of its class in <see cref="Classes"/>, −1
    /// for a class that a multiclass model has not seen.
    /// </summary>
    /// <param name="table">The file.</param>
    /// <param name="rows">Which of its rows, from 0.</param>
    /// <param name="column">Where the label stands.</param>
    /// <exception cref="UserException">A field is neither of two classes.</exception>
    public float[] Read(Table table, IReadOnlyList<int> rows, int column)
    {
        if (Task == TaskKind.Regression)
            return TableView.Numbers(table, rows, column, DecimalMark, note: null);
        var places = Classes.Index().ToDictionary(
            c => c.Item, c => c.Index, IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        return [.. rows.Select(row =>
            places.TryGetValue(ClassOf(table.Records[row].Fields[column]), out var place) ? place
            : Task == TaskKind.Multiclass ? -1f : throw new UserException(
                $"{table.Path}, line {table.Records[row].Line}: the label column '{table.Names[column]}' holds " +
                $"'{table.Records[row].Fields[column]}', which is neither '{Classes[0]}' nor '{Classes[1]}'; correct " +
                "it, or train with --task multiclass"))];
    }

    private static string[] InOrder(IReadOnlyCollection<string> classes, char mark) =>
        classes.All(c => NumberText.TryRead(c, mark, out _))
            ? [.. classes.OrderBy(c => NumberText.TryRead(c, mark, out var value) ? value : 0)]
            : [.. classes.OrderBy(c => c, StringComparer.OrdinalIgnoreCase).ThenBy(c => c, StringComparer.Ordinal)];
}
