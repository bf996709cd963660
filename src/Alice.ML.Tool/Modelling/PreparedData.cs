using Alice.ML.Tool.Data;

namespace Alice.ML.Tool.Modelling;

/// <summary>Training and test rows, read by the schema of the training rows.</summary>
internal sealed record PreparedData(
    TableSchema Schema, TableView Train, float[] TrainLabels, TableView Test, float[] TestLabels)
{
    /// <summary>Reads the training and the test rows.</summary>
    /// <param name="data">The training file.</param>
    /// <param name="target">Meaning of the labels.</param>
    /// <param name="testTable">The file with the test rows.</param>
    /// <param name="split">The split into training and test rows.</param>
    /// <param name="note">Receives what is left out.</param>
    public static PreparedData Of(
        LabelledTable data, Target target, Table testTable, RowSplit split, Action<string> note)
    {
        var rows = data.Labelled(split.Train, target, note);
        var schema = data.InferSchema(rows, target, note);
        var train = TableView.Create(data.Table, rows, schema, withLabel: true);
        var trainLabels = schema.Target.Read(data.Table, rows, data.Label);
        Telltale.Note(schema, train, trainLabels, note);
        var (test, testLabels) = LabelledTable.Read(testTable, split.Test, schema, note);
        return new PreparedData(schema, train, trainLabels, test, testLabels);
    }

    /// <summary>Reads the training rows of a rank other than 0: its whole file, by the schema of rank 0.</summary>
    public static PreparedData OfRank(LabelledTable data, TableSchema schema, Action<string> note)
    {
        var (train, labels) = LabelledTable.Read(data.Table, data.Table.AllRows, schema, note);
        return new PreparedData(schema, train, labels, train, labels);
    }

    public TableTask Task => TableTask.For(Schema);
}
