#:package Alice.ML@0.2.0
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

using Microsoft.ML;

var random = new Random(1);
var houses = Enumerable.Range(0, 1000).Select(_ => new House(random)).ToList();

var ml = new MLContext(seed: 1);
IDataView data = ml.Data.LoadFromEnumerable(houses);
var split = ml.Data.TrainTestSplit(data, testFraction: 0.2);

var pipeline = ml.Transforms.Categorical.OneHotEncoding("District")
    .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms", "District"))
    .Append(ml.Regression.Trainers.Alice(labelColumnName: "Price"));
var model = pipeline.Fit(split.TrainSet);

var expected = model.LastTransformer.Model.TrainingSummary!.Estimate!.RootMeanSquaredError!.Value;
var metrics = ml.Regression.Evaluate(model.Transform(split.TestSet), labelColumnName: "Price");
Console.WriteLine($"RMSE {metrics.RootMeanSquaredError:f2}; "
    + $"expected {expected.Value:f2} ± {expected.StandardError:f2}");
ml.Model.Save(model, data.Schema, "houses.zip");

class House(Random random)
{
    public float Size { get; } = random.Next(40, 250);
    public float Rooms { get; } = random.Next(1, 8);
    public string District { get; } = random.Next(2) == 0 ? "north" : "south";
    public float Price => (District == "north" ? 3 : 2) * Size + 15 * Rooms + 20 * random.NextSingle();
}
