// Usage: Alice.ML.ScoringApp model.zip features.csv
// Loads the model, scores each line of comma-separated features, and prints the bits of each score, one line each row.
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
var scored = model.Transform(context.Data.LoadFromEnumerable(rows, schema));
var scores = scored.Schema["Score"].Type is VectorDataViewType
    ? scored.GetColumn<float[]>("Score")
    : scored.GetColumn<float>("Score").Select(score => new[] { score });
foreach (var score in scores)
    Console.WriteLine(string.Join(' ', score.Select(BitConverter.SingleToUInt32Bits)));

internal sealed class Row
{
    public float[] Features { get; set; } = [];
}
