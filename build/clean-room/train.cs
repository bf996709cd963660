#:package Alice.ML@0.2.0
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

using Microsoft.ML;
using Microsoft.ML.Data;

var ml = new MLContext(seed: 1);
IDataView flats = ml.Data.LoadFromTextFile<Flat>("flats.csv", separatorChar: ',', hasHeader: true);
var split = ml.Data.TrainTestSplit(flats, testFraction: 0.2);

// Texts become numbers. A missing number may stay missing.
var pipeline = ml.Transforms.Categorical.OneHotEncoding("District")
    .Append(ml.Transforms.Concatenate("Features", "District", "Size", "Floor"))
    .Append(ml.Regression.Trainers.Alice(labelColumnName: "Rent"));
var model = pipeline.Fit(split.TrainSet);

var metrics = ml.Regression.Evaluate(model.Transform(split.TestSet), "Rent");
Console.WriteLine($"test RMSE {metrics.RootMeanSquaredError:f1}, R² {metrics.RSquared:f3}");
ml.Model.Save(model, flats.Schema, "flats.zip");

class Flat
{
    [LoadColumn(0)] public string District { get; set; } = "";
    [LoadColumn(1)] public float Size { get; set; }
    [LoadColumn(2)] public float Floor { get; set; }
    [LoadColumn(3)] public float Rent { get; set; }
}
