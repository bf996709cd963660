using Alice.ML.Tool.Data;

namespace Alice.ML.Tool.Modelling;

/// <summary>A file's rows, split and read by the schema that the training rows gave.</summary>
internal sealed record PreparedData(
    TableSchema Schema, TableView Train, float[] TrainLabels, TableView Test, float[] TestLabels)
{
    /// <summary>Reads the training and the test rows.</summary>
    /// <param name="data">The training file.</param>
    /// <param name="target">What its labels mean.</param>
    /// <param name="testTable">The file that the test rows are of.</param>
    /// <param name="split">Which rows train and which test.</param>
    /// <param name="note">Told of what is left out.</param>
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

    /// <summary>Reads the training rows of a rank after rank 0: all of its file, by rank 0's schema.</summary>
    public static PreparedData OfRank(LabelledTable data, TableSchema schema, Action<string> note)
    {
        var (train, labels) = LabelledTable.Read(data.Table, data.Table.AllRows, schema, note);
        return new PreparedData(schema, train, labels, train, labels);
    }

    public TableTask Task => TableTask.For(Schema);
}
