namespace Alice.ML.Tool.Data;

/// <summary>A training file, and what the user said about its columns.</summary>
/// <param name="Table">The file.</param>
/// <param name="Label">The column to predict.</param>
/// <param name="Task">What to learn; null: found out from the label.</param>
internal sealed record LabelledTable(Table Table, int Label, TaskKind? Task)
{
    /// <summary>Which of two classes is the positive one; null: the later in order.</summary>
    public string? Positive { get; init; }

    /// <summary>Columns to take as text whatever they hold.</summary>
    public required IReadOnlySet<int> AsText { get; init; }

    /// <summary>Columns to take as numbers whatever they hold.</summary>
    public IReadOnlySet<int> AsNumber { get; init; } = new HashSet<int>();

    /// <summary>Columns not to use.</summary>
    public required IReadOnlySet<int> Ignored { get; init; }

    /// <summary>Those of the rows that have a label.</summary>
    public int[] Labelled(IReadOnlyList<int> rows, Target target, Action<string> note) =>
        LabelColumn.LabelledRows(Table, rows, Label, target, note);

    /// <summary>What the labels of training rows mean.</summary>
    public Target InferTarget(IReadOnlyList<int> rows, Action<string> note) =>
        LabelColumn.Infer(Table, rows, Label, Task, Positive, note);

    /// <summary>The class of each row, by which rows are split evenly; null for numbers.</summary>
    public float[]? Classes(IReadOnlyList<int> rows, Target target) =>
        target.Task == TaskKind.Regression ? null : target.Read(Table, rows, Label);

    /// <summary>What each column is used as, by the training rows alone.</summary>
    public TableSchema InferSchema(IReadOnlyList<int> rows, Target target, Action<string> note) =>
        new SchemaInference(Table, rows, note)
        {
            AsText = AsText,
            AsNumber = AsNumber,
            Ignored = Ignored,
            Target = target
        }
            .Infer(Label);

    /// <summary>
    /// Rows of this file, or of another with the same columns, that have a label, as a model's schema reads them.
    /// </summary>
    public static (TableView View, float[] Labels) Read(
        Table table, IReadOnlyList<int> rows, TableSchema schema, Action<string> note)
    {
        var label = schema.Locate(table, withLabel: true)[schema.Label.Name];
        var labelled = LabelColumn.LabelledRows(table, rows, label, schema.Target, note);
        return (TableView.Create(table, labelled, schema, withLabel: true, note),
            schema.Target.Read(table, labelled, label));
    }
}
