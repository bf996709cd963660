using Alice.ML.Models;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Docs;

/// <summary>The code of docs/explain.md.</summary>
[TestClass]
public class ExplainPageTests
{
    [TestMethod]
    public void The_snippets_run_and_name_the_column_that_matters()
    {
        var ml = new MLContext(seed: 1);
        var houses = ml.Data.LoadFromEnumerable(Houses());
        var options = new AliceRegressionTrainer.Options
        {
            LabelColumnName = "Price",
            HiddenLayers = [16],
            NumberOfNetworks = 1,
            NumberOfEpochs = 50,
            WeightDecay = 0,
            Dropout = 0,
        };
        var model = ml.Transforms.Categorical.OneHotEncoding("District")
            .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms", "District"))
            .Append(ml.Regression.Trainers.Alice(options)).Fit(houses);

        // <mlnet>
        var scored = model.Transform(houses);
        var reasons = ml.Transforms.CalculateFeatureContribution(model.LastTransformer, normalize: false)
            .Fit(scored).Transform(scored);
        foreach (var row in reasons.GetColumn<float[]>("FeatureContributions").Take(3))
            Console.WriteLine(string.Join(' ', row));
        // </mlnet>

        // <columns>
        var columns = FeatureColumns.Of(scored.Schema, "Size", "Rooms", "District");
        float[] features = scored.GetColumn<float[]>("Features").First();
        var contributions = new float[features.Length];
        double start = model.LastTransformer.Model.Explain(features, contributions);
        foreach (var (name, contribution) in columns.Names.Zip(columns.Sum(contributions)))
            Console.WriteLine($"{name}: {contribution:+0.0;-0.0}");
        // </columns>

        Assert.AreEqual(scored.GetColumn<float>("Score").First(), start + contributions.Sum(c => (double)c), 1e-2);
        CollectionAssert.AreEqual(contributions, reasons.GetColumn<float[]>("FeatureContributions").First());
        double[] sizes = [.. columns.Names.Select(_ => 0.0)];
        foreach (var row in scored.GetColumn<float[]>("Features").Take(100))
        {
            model.LastTransformer.Model.Explain(row, contributions);
            foreach (var (c, sum) in columns.Sum(contributions).Index())
                sizes[c] += Math.Abs(sum);
        }
        Assert.AreEqual(0, Array.IndexOf(sizes, sizes.Max()), "the size matters most");
        Snippets.AssertShown("docs/explain.md", "mlnet");
        Snippets.AssertShown("docs/explain.md", "columns");
    }

    private static IEnumerable<House> Houses()
    {
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var house = new House { Size = random.Next(40, 250), Rooms = random.Next(1, 8), District = $"d{i % 3}" };
            house.Price = house.Size * (2 + i % 3) + 15 * house.Rooms;
            yield return house;
        }
    }

    private sealed class House
    {
        public float Size { get; set; }

        public float Rooms { get; set; }

        public string District { get; set; } = "";

        public float Price { get; set; }
    }
}
