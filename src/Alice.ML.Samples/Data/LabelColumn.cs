namespace Alice.ML.Samples.Data;

/// <summary>The column to predict: its rows, and what its values mean.</summary>
internal static class LabelColumn
{
    // More than these that fill more than half of the rows are no classes.
    private const int ManyClasses = 100;

    /// <summary>The rows whose label is there; it says how many are not.</summary>
    /// <exception cref="UserException">No row has a label.</exception>
    public static int[] LabelledRows(Table table, IReadOnlyList<int> rows, int label, Action<string> note)
    {
        var labelled = rows.Where(r => table.Records[r].Fields[label] != "").ToArray();
        if (labelled.Length == 0)
            throw new UserException($"{table.Path}: the label column '{table.Names[label]}' has no values; " +
                "name another with --label");
        if (labelled.Length < rows.Count)
            note($"{rows.Count - labelled.Length} of {rows.Count} rows of {table.Path} have no " +
                $"'{table.Names[label]}': skipped");
        return labelled;
    }

    /// <summary>What the training rows' labels mean.</summary>
    /// <param name="table">The training file.</param>
    /// <param name="rows">The training rows, each with a label.</param>
    /// <param name="label">The label's column.</param>
    /// <param name="asked">The task that the user gave; null: it is found out, and <paramref name="note"/> is
    /// told.</param>
    /// <param name="note">Told of what was decided.</param>
    /// <exception cref="UserException">The labels cannot be learned.</exception>
    public static Target Infer(Table table, IReadOnlyList<int> rows, int label, TaskKind? asked, Action<string> note)
    {
        var name = table.Names[label];
        string[] fields = [.. rows.Select(r => table.Records[r].Fields[label])];
        var classes = Target.InOrder(fields.Select(Target.ClassOf).ToHashSet());
        if (classes.Length == 1)
            throw new UserException($"{table.Path}: the label column '{name}' is {classes[0]} in every training " +
                "row, so there is nothing to learn; name another with --label");
        var (task, reason) = asked is { } given ? (given, "") : TaskDetection.Detect(fields);
        if (task == TaskKind.Regression || (asked is null && classes.Length > 2))
            CheckStrayText(table, rows, label, mustBeNumbers: task == TaskKind.Regression);
        if (task == TaskKind.Binary && classes.Length > 2)
            throw new UserException($"--task binary: the label column '{name}' holds {classes.Length} different " +
                "values, among " +
                $"them {string.Join(", ", classes.Take(3))}; give --task multiclass, or name another with --label");
        if (task != TaskKind.Regression && classes.Length > ManyClasses
            && classes.Length > rows.Count / 2)
            throw new UserException($"{table.Path}: the label column '{name}' holds {classes.Length} different " +
                $"values in {rows.Count} rows, too many to tell apart; name another with --label");
        if (asked is null)
            note($"task: {task.ToString().ToLowerInvariant()}, since '{name}' {reason} (--task gives another)" +
                (task == TaskKind.Binary ? $"; the positive class is {classes[1]}" : ""));
        return task == TaskKind.Regression ? Target.Number : new Target(task, classes);
    }

    /// <summary>
    /// Refuses text in a label of numbers: any for regression, and a little elsewhere, which is a mistake.
    /// </summary>
    private static void CheckStrayText(Table table, IReadOnlyList<int> rows, int label, bool mustBeNumbers)
    {
        var texts = rows.Where(r => !FormatDetection.IsNumber(table.Records[r].Fields[label])).ToArray();
        if (texts.Length == 0)
            return;
        var (line, fields) = table.Records[texts[0]];
        var start = $"{table.Path}, line {line}: the label column '{table.Names[label]}' holds '{fields[label]}'";
        if (mustBeNumbers)
            throw new UserException($"{start}, and regression needs numbers; mend it, or name another with --label");
        if (FormatDetection.IsNumber(fields[label].Replace(',', '.')))
            throw new UserException($"{start}; write numbers with a decimal point and no thousands separators, or " +
                "give --task multiclass if these are classes");
        if (rows.Count - texts.Length > SchemaInference.NumberShare * rows.Count)
            throw new UserException($"{start}, and numbers in {rows.Count - texts.Length} other rows; mend it, give " +
                $"--missing '{fields[label]}' if it means 'no value', or --task multiclass if these are classes");
    }
}
