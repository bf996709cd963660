using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Samples;

/// <summary>From a .csv file to a saved model, and from the model to predictions in another process.</summary>
internal static class CsvToModel
{
    /// <summary>Trains, tests, saves and loads again, in a folder.</summary>
    /// <returns>R² on rows that did not train.</returns>
    public static double Run(string folder, TextWriter output, int seed = 1)
    {
        var (file, saved) = (Path.Combine(folder, "flats.csv"), Path.Combine(folder, "flats.zip"));
        File.WriteAllLines(file, Lines(1000, seed));

        var ml = new MLContext(seed: 1);
        // Without MissingRealsAsNaNs an empty field would be 0.
        IDataView flats = ml.Data.LoadFromTextFile<Flat>(
            file, new TextLoader.Options { Separators = [','], HasHeader = true, MissingRealsAsNaNs = true });
        var split = ml.Data.TrainTestSplit(flats, testFraction: 0.2, seed: 1);

        // Texts become numbers; missing numbers stay missing.
        var columns = ml.Transforms.Categorical.OneHotEncoding(nameof(Flat.District))
            .Append(ml.Transforms.Concatenate(
                "Features", nameof(Flat.District), nameof(Flat.Size), nameof(Flat.Floor)));
        var pipeline = columns.Append(ml.Regression.Trainers.Alice(labelColumnName: nameof(Flat.Rent)));
        var model = pipeline.Fit(split.TrainSet);

        var metrics = ml.Regression.Evaluate(model.Transform(split.TestSet), nameof(Flat.Rent));
        output.WriteLine($"test RMSE {metrics.RootMeanSquaredError:F1}, R² {metrics.RSquared:F3}");
        ml.Model.Save(model, flats.Schema, saved);

        // What another process does. It needs Alice.ML.Models alone, and no libtorch.
        var loaded = new MLContext().Model.Load(saved, out _);
        using var engine = ml.Model.CreatePredictionEngine<Flat, Estimate>(loaded);
        var rent = engine.Predict(new Flat { District = "north", Size = 80, Floor = 2 }).Score;
        output.WriteLine($"80 m² in the north, second floor: {rent:F0}");
        return metrics.RSquared;
    }

    /// <summary>A table to begin with: the rent follows from district, size and floor; a tenth of the floors is
    /// missing.</summary>
    private static IEnumerable<string> Lines(int count, int seed)
    {
        string[] districts = ["north", "south", "centre"];
        var random = new Random(seed);
        yield return "district,size,floor,rent";
        for (var i = 0; i < count; i++)
        {
            var (district, size, floor) = (random.Next(3), random.Next(25, 150), random.Next(0, 6));
            var rent = (10 + 2 * district) * size + 20 * floor + random.Next(-50, 50);
            yield return $"{districts[district]},{size},{(random.Next(10) == 0 ? "" : floor)},{rent}";
        }
    }
}
