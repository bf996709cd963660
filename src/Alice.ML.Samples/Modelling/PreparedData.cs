using Alice.ML.Samples.Data;

namespace Alice.ML.Samples.Modelling;

/// <summary>A file's rows, split and read by the schema that the training rows gave.</summary>
internal sealed record PreparedData(TableSchema Schema, TableView Train, float[] TrainLabels, TableView Test, float[] TestLabels)
{
    /// <summary>Reads the training and the test rows.</summary>
    public static PreparedData Of(LabelledTable data, Table testTable, RowSplit split, Action<string> note)
    {
        var rows = data.Labelled(split.Train, note);
        var schema = data.InferSchema(rows, data.InferTarget(rows, note), note);
        var (train, trainLabels) = LabelledTable.Read(data.Table, rows, schema, note);
        var (test, testLabels) = LabelledTable.Read(testTable, split.Test, schema, note);
        return new PreparedData(schema, train, trainLabels, test, testLabels);
    }

    public TableTask Task => TableTask.For(Schema);
}
