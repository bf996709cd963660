#:package Alice.ML@0.2.0
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

using Microsoft.ML;
using Microsoft.ML.Data;

var ml = new MLContext(seed: 1);
IDataView flats = ml.Data.LoadFromTextFile("flats.csv", new TextLoader.Options
{
    Separators = [','],
    HasHeader = true,
    MissingRealsAsNaNs = true, // otherwise an empty field would be 0
    Columns =
    [
        new("district", DataKind.String, 0),
        new("size", DataKind.Single, 1),
        new("floor", DataKind.Single, 2),
        new("rent", DataKind.Single, 3),
    ],
});
var split = ml.Data.TrainTestSplit(flats, testFraction: 0.2);

// Texts become numbers. Missing numbers stay missing.
var pipeline = ml.Transforms.Categorical.OneHotEncoding("district")
    .Append(ml.Transforms.Concatenate("Features", "district", "size", "floor"))
    .Append(ml.Regression.Trainers.Alice(labelColumnName: "rent"));
var model = pipeline.Fit(split.TrainSet);

var metrics = ml.Regression.Evaluate(model.Transform(split.TestSet), "rent");
Console.WriteLine($"test RMSE {metrics.RootMeanSquaredError:f1}, R² {metrics.RSquared:f3}");
ml.Model.Save(model, flats.Schema, "flats.zip");
