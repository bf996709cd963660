#:sdk Microsoft.NET.Sdk.Web
#:package Alice.ML.Models@0.2.0
#:property PublishAot=false

using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;

var ml = new MLContext();
var model = ml.Model.Load("flats.zip", out _);
// A prediction engine serves one request at a time, so there is a pool of them.
var engines = new ConcurrentBag<PredictionEngine<Flat, Estimate>>();

var app = WebApplication.Create(args);
app.MapPost("/predict", (Flat flat) =>
{
    if (!engines.TryTake(out var engine))
        engine = ml.Model.CreatePredictionEngine<Flat, Estimate>(model);
    var rent = engine.Predict(flat).Rent;
    engines.Add(engine);
    return new { rent };
});
app.Run("http://127.0.0.1:5000");

// The columns of the CSV file, by their names there. What a request leaves out counts as missing.
class Flat
{
    [ColumnName("district")] public string District { get; set; } = "";
    [ColumnName("size")] public float Size { get; set; } = float.NaN;
    [ColumnName("floor")] public float Floor { get; set; } = float.NaN;
}

class Estimate
{
    [ColumnName("Score")] public float Rent { get; set; }
}
