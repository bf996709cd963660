// Usage: Alice.ML.ScoringApp model.zip features.csv
// Loads the model, scores each line of comma-separated features, and prints the bits of each score.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

var context = new MLContext();
var model = context.Model.Load(args[0], out _);
var rows = File.ReadLines(args[1])
    .Select(line => line.Split(',').Select(value => float.Parse(value, CultureInfo.InvariantCulture)))
    .Select(values => new Row { Features = [.. values] })
    .ToList();
var schema = SchemaDefinition.Create(typeof(Row));
schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
foreach (var score in model.Transform(context.Data.LoadFromEnumerable(rows, schema)).GetColumn<float>("Score"))
    Console.WriteLine(BitConverter.SingleToUInt32Bits(score));

internal sealed class Row
{
    public float[] Features { get; set; } = [];
}
