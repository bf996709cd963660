namespace Alice.ML.Tool.Data;

/// <summary>A training file, and the user's options for its columns.</summary>
/// <param name="Table">The file.</param>
/// <param name="Label">The column to predict.</param>
/// <param name="Task">The task. Null: detected from the labels.</param>
internal sealed record LabelledTable(Table Table, int Label, TaskKind? Task)
{
    /// <summary>The positive class of two. Null: the later in order.</summary>
    public string? Positive { get; init; }

    /// <summary>Columns to treat as text.</summary>
    public required IReadOnlySet<int> AsText { get; init; }

    /// <summary>Columns to treat as numbers.</summary>
    public IReadOnlySet<int> AsNumber { get; init; } = new HashSet<int>();

    /// <summary>Columns to leave out.</summary>
    public required IReadOnlySet<int> Ignored { get; init; }

    /// <summary>The rows that have a label.</summary>
    public int[] Labelled(IReadOnlyList<int> rows, Target target, Action<string> note) =>
        LabelColumn.LabelledRows(Table, rows, Label, target, note);

    /// <summary>Infers the meaning of the labels from training rows.</summary>
    public Target InferTarget(IReadOnlyList<int> rows, Action<string> note) =>
        LabelColumn.Infer(Table, rows, Label, Task, Positive, note);

    /// <summary>The class of each row, for stratified splits. Null for regression.</summary>
    public float[]? Classes(IReadOnlyList<int> rows, Target target) =>
        target.Task == TaskKind.Regression ? null : target.Read(Table, rows, Label);

    /// <summary>Infers the schema from the training rows only.</summary>
    public TableSchema InferSchema(IReadOnlyList<int> rows, Target target, Action<string> note) =>
        new SchemaInference(Table, rows, note)
        {
            AsText = AsText,
            AsNumber = AsNumber,
            Ignored = Ignored,
            Target = target
        }
            .Infer(Label);

    /// <summary>Reads the labeled rows of this file, or of another with the same columns, by the schema of a
    /// model.</summary>
    public static (TableView View, float[] Labels) Read(
        Table table, IReadOnlyList<int> rows, TableSchema schema, Action<string> note)
    {
        var label = schema.Locate(table, withLabel: true)[schema.Label.Name];
        var labelled = LabelColumn.LabelledRows(table, rows, label, schema.Target, note);
        return (TableView.Create(table, labelled, schema, withLabel: true, note),
            schema.Target.Read(table, labelled, label));
    }
}
