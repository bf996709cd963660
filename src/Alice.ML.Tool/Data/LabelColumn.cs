using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>The label column: its labeled rows, and the meaning of its values.</summary>
internal static class LabelColumn
{
    // More different texts than this, in more than half of the rows, are not classes.
    private const int ManyClasses = 100;

    /// <summary>The rows that have a label. Notes how many have none.</summary>
    /// <exception cref="UserException">No row has a label.</exception>
    public static int[] LabelledRows(
        Table table, IReadOnlyList<int> rows, int label, Target target, Action<string> note)
    {
        var (isNumeric, mark) = (target.IsNumeric, table.Format.Decimal ?? target.DecimalMark);
        var labelled = rows.Where(row => table.Records[row].Fields[label] is { Length: > 0 } field
            && (!isNumeric || NumberText.TryRead(field, mark, out _))).ToArray();
        if (labelled.Length == 0)
            throw NoValues(table, label);
        if (labelled.Length < rows.Count)
            note($"{rows.Count - labelled.Length} of {rows.Count} rows of {table.Path} have no " +
                $"'{table.Names[label]}': skipped");
        return labelled;
    }

    /// <summary>Infers the meaning of the labels from the training rows.</summary>
    /// <param name="table">The training file.</param>
    /// <param name="rows">The training rows. Rows without a label are ignored.</param>
    /// <param name="label">The label's column.</param>
    /// <param name="asked">The task that the user asked for. Null: detected, and <paramref name="note"/> is
    /// called.</param>
    /// <param name="positive">The positive class of two. Null: the later in order.</param>
    /// <param name="note">Receives the decisions.</param>
    /// <exception cref="UserException">The labels cannot be learned.</exception>
    public static Target Infer(
        Table table, IReadOnlyList<int> rows, int label, TaskKind? asked, string? positive, Action<string> note)
    {
        var name = table.Names[label];
        var found = NumberColumn.Examine(table, rows, label);
        var fields = rows.Select(r => table.Records[r].Fields[label]).Where(f => f.Length > 0).ToArray();
        if (fields.Length == 0)
            throw NoValues(table, label);
        var areNumbers = asked == TaskKind.Regression ? found.Numbers > found.Texts : found.IsNumber && asked is null;
        if (!areNumbers)
            CheckText(table, rows, label, found, asked);
        else
        {
            fields = [.. fields.Where(f => NumberText.TryRead(f, found.Mark, out _))];
            found.Describe(table, label, $"the label column '{name}'",
                " (--task multiclass takes every text as a class)", note);
        }
        var (classes, ignoresCase) = Target.ClassesOf(fields, found.Mark, mayIgnoreCase: asked is null);
        if (classes.Length == 1)
            throw new UserException($"{table.Path}: the label column '{name}' is {classes[0]} in every training " +
                "row, so there is nothing to learn; name another with --label");
        var (task, reason) = asked is { } given ? (given, "") : TaskDetection.Detect(fields, classes, found.Mark);
        if (task == TaskKind.Binary && classes.Length > 2)
            throw new UserException($"--task binary: the label column '{name}' holds {classes.Length} different " +
                "values, among " +
                $"them {string.Join(", ", classes.Take(3))}; give --task multiclass, or name another with --label");
        if (task != TaskKind.Regression && classes.Length > ManyClasses
            && classes.Length > fields.Length / 2)
            throw new UserException($"{table.Path}: the label column '{name}' holds {classes.Length} different " +
                $"values in {fields.Length} rows, too many to tell apart; name another with --label");
        if (positive is not null)
            classes = WithPositive(classes, task, positive, name);
        if (asked is null)
            note($"task: {task.ToString().ToLowerInvariant()}, since '{name}' {reason} (--task gives another)" +
                (task == TaskKind.Binary ? $"; the positive class is {classes[1]}" : ""));
        return new Target(task, task == TaskKind.Regression ? []
            : classes)
        { DecimalMark = found.Mark, IgnoresCase = ignoresCase };
    }

    private static string[] WithPositive(string[] classes, TaskKind task, string positive, string name)
    {
        if (task != TaskKind.Binary)
            throw new UserException(
                $"--positive is for two classes, and the task is {task.ToString().ToLowerInvariant()}; leave it out");
        var place = Array.FindIndex(classes, c => c == Target.ClassOf(positive));
        place = place >= 0 ? place
            : Array.FindIndex(classes, c => c.Equals(positive, StringComparison.OrdinalIgnoreCase));
        return place >= 0 ? [classes[1 - place], classes[place]] : throw new UserException(
            $"--positive {positive}: the label column '{name}' holds {classes[0]} and {classes[1]}; give one of these");
    }

    /// <summary>Rejects labels that are neither numbers nor classes.</summary>
    private static void CheckText(Table table, IReadOnlyList<int> rows, int label, NumberColumn found, TaskKind? asked)
    {
        if (asked is TaskKind.Binary or TaskKind.Multiclass)
            return;
        if (DateColumn.Examine(table, rows, label, _ => { }) is not null)
            throw new UserException(
                $"{table.Path}: the label column '{table.Names[label]}' holds dates, which cannot be predicted; " +
                "make it a number, such as days since a date, or give --task multiclass if these are classes");
        if (asked is null && found.Numbers <= found.Texts)
            return;
        var (line, fields) = table.Records[found.FirstText];
        var start = $"{table.Path}, line {line}: the label column '{table.Names[label]}' holds '{fields[label]}'";
        throw new UserException(asked == TaskKind.Regression
            ? $"{start}, and regression needs numbers; correct it, or name another with --label"
            : $"{start}, and numbers in {found.Numbers} other rows; correct it, give --missing '{fields[label]}' if it "
            + $"means 'no value', " +
              "--task regression to skip the rows without a number, or --task multiclass if these are classes");
    }

    private static UserException NoValues(Table table, int label) => new(
        $"{table.Path}: the label column '{table.Names[label]}' has no values; name another with --label");
}
