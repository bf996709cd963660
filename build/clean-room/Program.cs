using Microsoft.ML;
using Microsoft.ML.Data;

// train FILE: trains, saves and prints a score; predict FILE: loads in this fresh process and prints the same score.
var ml = new MLContext(seed: 1);
var row = new House { Size = 120, Rooms = 4 };
if (args[0] == "train")
{
    var random = new Random(1);
    var rows = Enumerable.Range(0, 500).Select(_ =>
    {
        var house = new House { Size = random.Next(40, 250), Rooms = random.Next(1, 8) };
        house.Price = 50 + 2 * house.Size + 15 * house.Rooms;
        return house;
    });
    var data = ml.Data.LoadFromEnumerable(rows);
    var model = ml.Transforms.Concatenate("Features", nameof(House.Size), nameof(House.Rooms))
        .Append(ml.Regression.Trainers.Alice(labelColumnName: nameof(House.Price), numberOfEpochs: 100))
        .Fit(data);
    ml.Model.Save(model, data.Schema, args[1]);
    Print(model);
}
else
    Print(ml.Model.Load(args[1], out _));

void Print(ITransformer model) =>
    Console.WriteLine($"{ml.Model.CreatePredictionEngine<House, Estimate>(model).Predict(row).Score:R}");

internal sealed class House
{
    public float Size { get; set; }

    public float Rooms { get; set; }

    public float Price { get; set; }
}

internal sealed class Estimate
{
    public float Score { get; set; }
}
