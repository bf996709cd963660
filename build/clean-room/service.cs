#:sdk Microsoft.NET.Sdk.Web
#:package Alice.ML.Models@0.2.0
#:property PublishAot=false

using System.Collections.Concurrent;
using Microsoft.ML;

var ml = new MLContext();
var model = ml.Model.Load("flats.zip", out _);
// A prediction engine serves one request at a time, so the engines go into a pool.
var engines = new ConcurrentBag<PredictionEngine<Flat, Estimate>>();

var app = WebApplication.Create(args);
app.MapPost("/predict", (Flat flat) =>
{
    if (!engines.TryTake(out var engine))
        engine = ml.Model.CreatePredictionEngine<Flat, Estimate>(model);
    var rent = engine.Predict(flat).Score;
    engines.Add(engine);
    return new { rent };
});
app.Run("http://127.0.0.1:5000");

class Flat
{
    public string District { get; set; } = "";
    public float Size { get; set; }
    public float Floor { get; set; }
}

class Estimate
{
    public float Score { get; set; }
}
