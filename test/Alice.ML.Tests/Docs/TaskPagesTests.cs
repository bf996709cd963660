using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Docs;

/// <summary>The code on the pages of the three tasks, run on small generated data.</summary>
[TestClass]
public sealed class TaskPagesTests
{
    [TestMethod]
    public void Regression_page()
    {
        var flats = Flats(1000);
        // <regression>
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(flats);
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2);

        var columns = ml.Transforms.Categorical.OneHotEncoding("District")
            .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms", "District"));
        var model = columns.Append(ml.Regression.Trainers.Alice("Rent")).Fit(split.TrainSet);

        RegressionMetrics metrics = ml.Regression.Evaluate(model.Transform(split.TestSet), "Rent");
        Console.WriteLine($"RMSE {metrics.RootMeanSquaredError}, R² {metrics.RSquared}");
        // </regression>
        Assert.IsGreaterThan(0.95, metrics.RSquared);
        Snippets.AssertShown("docs/regression.md", "regression");

        // <target-encoding>
        var pipeline = ml.Transforms.Categorical.OneHotEncoding("District")
            .Append(ml.Transforms.Categorical.TargetEncoding("Street", labelColumnName: "Rent").Before(
                ml.Transforms.Concatenate("Features", "Size", "Rooms", "District", "Street")
                    .Append(ml.Regression.Trainers.Alice("Rent"))));
        // </target-encoding>
        var byStreet = ml.Regression.Evaluate(pipeline.Fit(split.TrainSet).Transform(split.TestSet), "Rent");
        Assert.IsGreaterThan(0.95, byStreet.RSquared);
        Snippets.AssertShown("docs/text-and-categories.md", "target-encoding");

        // <loss>
        // Nine of ten flats like this one cost less.
        var dear = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            LabelColumnName = "Rent",
            Loss = RegressionLoss.Quantile(0.9),
        });
        // </loss>
        var scored = columns.Append(dear).Fit(split.TrainSet).Transform(split.TestSet);
        var below = scored.GetColumn<float>("Rent").Zip(scored.GetColumn<float>("Score"))
            .Average(row => row.First <= row.Second ? 1.0 : 0);
        Assert.IsInRange(0.7, 1.0, below);
        Snippets.AssertShown("docs/regression.md", "loss");
    }

    [TestMethod]
    public void Binary_page()
    {
        var flats = Flats(1000);
        // <binary>
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(flats);
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2);

        var pipeline = ml.Transforms.Categorical.OneHotEncoding("District")
            .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms", "District"))
            .Append(ml.BinaryClassification.Trainers.Alice("LetInAWeek"));
        var model = pipeline.Fit(split.TrainSet);

        CalibratedBinaryClassificationMetrics metrics =
            ml.BinaryClassification.Evaluate(model.Transform(split.TestSet), "LetInAWeek");
        Console.WriteLine($"AUC {metrics.AreaUnderRocCurve}, accuracy {metrics.Accuracy}");

        using var engine = ml.Model.CreatePredictionEngine<Flat, Chance>(model);
        float chance = engine.Predict(new Flat { Size = 60, Rooms = 2, District = "north" }).Probability;
        // </binary>
        Assert.IsGreaterThan(0.95, metrics.AreaUnderRocCurve);
        Assert.IsInRange(0f, 1f, chance);
        Snippets.AssertShown("docs/binary.md", "binary");
    }

    [TestMethod]
    public void Multiclass_page()
    {
        var flats = Flats(1000);
        // <multiclass>
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(flats);
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2);

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "District")
            .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms", "Rent"))
            .Append(ml.MulticlassClassification.Trainers.Alice())
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(split.TrainSet);

        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
        Console.WriteLine($"accuracy {metrics.MicroAccuracy}, log-loss {metrics.LogLoss}");

        using var engine = ml.Model.CreatePredictionEngine<Flat, District>(model);
        string district = engine.Predict(new Flat { Size = 100, Rooms = 3, Rent = 250 }).PredictedLabel;
        // </multiclass>
        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
        Assert.AreEqual("north", district);
        Snippets.AssertShown("docs/multiclass.md", "multiclass");
    }

    [TestMethod]
    public void Pages_of_time_limits_and_of_quantiles()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(Flats(500));
        var columns = ml.Transforms.Concatenate("Features", "Size", "Rooms");
        using var stop = new CancellationTokenSource();
        Assert.AreEqual("Rent", Limited(ml, stop).LabelColumn.Name);
        Snippets.AssertShown("docs/time-limits.md", "limit");

        var model = columns.Append(WithQuantiles(ml)).Fit(data);
        var scored = model.Transform(data);
        var covered = scored.GetColumn<float[]>("Quantiles").Zip(scored.GetColumn<float>("Rent"))
            .Average(row => row.Second >= row.First[0] && row.Second <= row.First[2] ? 1.0 : 0);
        Assert.IsInRange(0.8, 1, covered);
        Snippets.AssertShown("docs/quantiles-and-estimates.md", "quantiles");

        // <estimate>
        AliceEstimate estimate = model.LastTransformer.Model.TrainingSummary!.Estimate!;
        EstimatedValue rmse = estimate.RootMeanSquaredError!.Value;
        Console.WriteLine($"expect an RMSE of {rmse.Value:g3} ± {rmse.StandardError:g2}, on {estimate.Rows} rows");
        // </estimate>
        Assert.IsGreaterThan(0, rmse.Value);
        Snippets.AssertShown("docs/quantiles-and-estimates.md", "estimate");
    }

    private static AliceRegressionTrainer Limited(MLContext ml, CancellationTokenSource stop)
    {
        // <limit>
        var trainer = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            LabelColumnName = "Rent",
            MaximumTrainingTime = TimeSpan.FromSeconds(10),
            Progress = new Progress<AliceProgress>(p => Console.WriteLine($"{p.Phase} {p.Share:P0}: {p.TimeLeft}")),
            CancellationToken = stop.Token,
        });
        // </limit>
        return trainer;
    }

    private static AliceRegressionTrainer WithQuantiles(MLContext ml)
    {
        // <quantiles>
        var trainer = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            LabelColumnName = "Rent",
            Quantiles = [0.05, 0.5, 0.95],
        });
        // </quantiles>
        return trainer;
    }

    [TestMethod]
    public void Settings_page()
    {
        var flats = Flats(500);
        // <stopping>
        var ml = new MLContext(seed: 1);
        var trainer = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            LabelColumnName = "Rent",
            ValidationFraction = 0.15,
            EarlyStoppingPatience = 20,
            MaximumTrainingTime = TimeSpan.FromMinutes(5),
        });
        IDataView data = ml.Data.LoadFromEnumerable(flats);
        IDataView rows = ml.Transforms.Concatenate("Features", "Size", "Rooms").Fit(data).Transform(data);

        AliceTrainingSummary summary = trainer.Fit(rows).Model.TrainingSummary!;
        Console.WriteLine($"{summary.StopReason} after {summary.Epochs.Count} epochs; best: {summary.BestEpoch}");
        // </stopping>
        Assert.AreEqual(75, summary.ValidationRows);
        Assert.AreEqual(summary.Epochs.MinBy(e => e.ValidationLoss)!.Epoch, summary.BestEpoch);
        Snippets.AssertShown("docs/settings.md", "stopping");
    }

    [TestMethod]
    public void Coming_from_LightGBM_page()
    {
        var flats = Flats(500);
        // <pipeline>
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(flats);

        var pipeline = ml.Transforms
            .Categorical.OneHotEncoding("District")
            .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms", "District"))
            .Append(ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
            {
                LabelColumnName = "Rent",
                ExampleWeightColumnName = "Weight",
                ValidationFraction = 0.1,
                EarlyStoppingPatience = 20,
            }));
        var model = pipeline.Fit(data);
        // </pipeline>
        Assert.IsGreaterThan(0.9, ml.Regression.Evaluate(model.Transform(data), "Rent").RSquared);
        Snippets.AssertShown("docs/coming-from-lightgbm.md", "pipeline");

        // <importance>
        IDataView columns = model.Transform(data);
        var importance = ml.Regression.PermutationFeatureImportance(
            model, columns, labelColumnName: "Rent", permutationCount: 3);
        foreach (var (column, change) in importance.OrderBy(i => i.Value.RSquared.Mean))
            Console.WriteLine($"{column}: R² {change.RSquared.Mean:F3}");
        // </importance>
        Assert.AreEqual("Size", importance.MinBy(i => i.Value.RSquared.Mean).Key);
        Snippets.AssertShown("docs/coming-from-lightgbm.md", "importance");

        // <validation>
        IDataView training = ml.Data.FilterRowsByColumn(columns, "Rooms", upperBound: 5);
        IDataView validation = ml.Data.FilterRowsByColumn(columns, "Rooms", lowerBound: 5);
        var fitted = ml.Regression.Trainers.Alice("Rent").Fit(training, validation);
        // </validation>
        Assert.IsGreaterThan(0, fitted.Model.TrainingSummary!.ValidationRows);
        Snippets.AssertShown("docs/coming-from-lightgbm.md", "validation");
    }

    /// <summary>Flats to let. The rent per square metre tells the district, the rent the chance to be let.</summary>
    private static Flat[] Flats(int count)
    {
        var random = new Random(1);
        string[] districts = ["north", "south", "harbour"];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var district = random.Next(3);
            var flat = new Flat
            {
                Size = random.Next(30, 200),
                Rooms = random.Next(1, 8),
                District = districts[district],
                Street = $"street {i * 7919 % 150}",
            };
            flat.Rent = flat.Size * (2 + 2 * district) + 10 * flat.Rooms + 5 * random.NextSingle();
            flat.LetInAWeek = flat.Size / flat.Rooms + 10 * district + 5 * random.NextSingle() < 40;
            return flat;
        })];
    }

    private sealed class Flat
    {
        public float Size { get; set; }

        public float Rooms { get; set; }

        public string District { get; set; } = "";

        public string Street { get; set; } = "";

        public float Rent { get; set; }

        public float Weight { get; set; } = 1;

        public bool LetInAWeek { get; set; }
    }

    private sealed class Chance
    {
        public float Probability { get; set; }
    }

    private sealed class District
    {
        public string PredictedLabel { get; set; } = "";
    }
}
