using System.Globalization;
using System.Text.Json.Serialization;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>The learning task.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskKind>))]
public enum TaskKind
{
    /// <summary>Predicts a number.</summary>
    Regression,

    /// <summary>Predicts one of two classes.</summary>
    Binary,

    /// <summary>Predicts one of several classes.</summary>
    Multiclass,
}

/// <summary>The task and the meaning of the labels.</summary>
/// <param name="Task">The task.</param>
/// <param name="Classes">All classes in order, numbers by value and texts alphabetically. The second of two is the
/// positive class. Empty for regression.</param>
internal sealed record Target(TaskKind Task, IReadOnlyList<string> Classes)
{
    /// <summary>The target of regression.</summary>
    public static Target Number { get; } = new(TaskKind.Regression, []);

    /// <summary>The decimal mark of numbers, a point or a comma.</summary>
    public char DecimalMark { get; init; } = '.';

    /// <summary>Whether case is ignored, so that yes and YES are the same class.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>The class of a field: its text, but 1, 1.0 and 1e0 are the same.</summary>
    public static string ClassOf(string field) =>
        float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && float.IsFinite(number)
            ? number.ToString(CultureInfo.InvariantCulture) : field;

    /// <summary>The classes of labels in order. If ignoring case leaves two, case is ignored, and the more frequent
    /// spelling is used.</summary>
    public static (string[] Classes, bool IgnoresCase) ClassesOf(
        IReadOnlyList<string> fields, char mark, bool mayIgnoreCase)
    {
        var counts = fields.CountBy(ClassOf).ToArray();
        var merged = counts.GroupBy(c => c.Key, StringComparer.OrdinalIgnoreCase).ToArray();
        var ignoresCase = mayIgnoreCase && merged.Length == 2 && counts.Length > 2;
        string[] classes = [.. ignoresCase ? merged.Select(g => g.MaxBy(c => c.Value).Key) : counts.Select(c => c.Key)];
        return (InOrder(classes, mark), ignoresCase);
    }

    /// <summary>Whether labels are numbers. Marks for 'no value', such as '-', are then missing labels.</summary>
    [JsonIgnore]
    public bool IsNumeric => Classes.All(c => NumberText.TryRead(c, DecimalMark, out _));

    /// <summary>The label of each row: the number, NaN if missing; or the index of the class in <see cref="Classes"/>,
    /// −1 for a class that is unknown to a multiclass model.</summary>
    /// <param name="table">The file.</param>
    /// <param name="rows">Numbers of the rows, from 0.</param>
    /// <param name="column">The label column.</param>
    /// <exception cref="UserException">A field is none of two classes.</exception>
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
