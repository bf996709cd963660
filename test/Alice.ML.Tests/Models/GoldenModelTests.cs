using System.Globalization;
using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Tests.Docs;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

/// <summary>Small models of each task and layout version, with rows and the scores that they had when they were saved.
/// Each later version loads them and scores the same. build/golden-models.sh makes those of the current layout.
/// </summary>
[TestClass]
public class GoldenModelTests
{
    private const double Tolerance = 1e-6;
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Models", "Golden");

    public static IEnumerable<object[]> Models =>
        Directory.GetFiles(Folder, "*.zip").Select(f => new object[] { Path.GetFileNameWithoutExtension(f) });

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void A_model_of_an_earlier_version_scores_as_it_did(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, name + ".csv"))
            .Select(line => line.Split(';').Select(Numbers).ToArray()).ToArray();
        var context = new MLContext();
        using var stream = File.OpenRead(Path.Combine(Folder, name + ".zip"));
        var scored = Scores(TaskOf(name),
            context.Model.Load(stream, out _).Transform(View(context, lines.Select(l => l[0]))));
        stream.Position = 0;
        for (var row = 0; row < lines.Length; row++)
        {
            AssertClose(lines[row][1], scored[row], $"row {row} by ML.NET");
            AssertClose(lines[row][1], Read(name, stream, lines[row][0]), $"row {row} by the reader alone");
        }
    }

    [TestMethod]
    public void Each_task_has_a_model_of_the_current_layout()
    {
        foreach (var task in Enum.GetValues<GoldenTask>())
            Assert.IsTrue(File.Exists(Path.Combine(Folder, $"{task}-{NetworkEnsembleFormat.CurrentVersion}.zip")),
                $"no {task} model of layout {NetworkEnsembleFormat.CurrentVersion}: run build/golden-models.sh");
    }

    /// <summary>What build/golden-models.sh calls.</summary>
    [TestMethod]
    public void Golden_models_are_made_when_asked_for()
    {
        if (Environment.GetEnvironmentVariable("ALICE_WRITE_GOLDEN_MODELS") is null)
            Assert.Inconclusive("build/golden-models.sh asks for them.");
        var random = new Random(1);
        float[][] rows = [.. Enumerable.Range(0, 200).Select(i => new[]
            { random.NextSingle(), i % 7 == 0 ? float.NaN
                : random.NextSingle() * 100, random.Next(2), (float)Math.Exp(3 * random.NextSingle()) })];
        foreach (var task in Enum.GetValues<GoldenTask>())
        {
            var context = new MLContext(seed: 1);
            var data = View(context, rows);
            var name = Path.Combine(Snippets.Repository(), "test", "Alice.ML.Tests", "Models", "Golden",
                $"{task}-{NetworkEnsembleFormat.CurrentVersion}");
            // One that was saved once is what later versions must score.
            if (File.Exists(name + ".zip"))
                continue;
            var model = Train(context, task, data);
            context.Model.Save(model, data.Schema, name + ".zip");
            // Also rows unlike those of training.
            float[][] shown = [.. rows.Take(8), [float.NaN, float.NaN, float.NaN, float.NaN],
                [1e30f, -1e30f, 5, float.PositiveInfinity]];
            var scores = Scores(task, model.Transform(View(context, shown)));
            File.WriteAllLines(name + ".csv", shown.Zip(scores, (row, score) => $"{Text(row)};{Text(score)}"));
        }
    }

    private static ITransformer Train(MLContext context, GoldenTask task, IDataView data)
    {
        switch (task)
        {
            case GoldenTask.Regression:
                return context.Regression.Trainers.Alice(Small(new AliceRegressionTrainer.Options
                { Quantiles = [0.1, 0.9], AddScoreStandardDeviation = true })).Fit(data);
            case GoldenTask.Binary:
                return context.BinaryClassification.Trainers.Alice(
                    Small(new AliceBinaryTrainer.Options { LabelColumnName = nameof(GoldenRow.IsHigh) })).Fit(data);
            case GoldenTask.Multioutput:
                return context.Transforms.Concatenate("Labels", nameof(GoldenRow.Label), nameof(GoldenRow.Other))
                    .Append(context.Regression.Trainers.AliceMultioutput(
                        Small(new AliceMultioutputTrainer.Options
                        { LabelColumnName = "Labels", Quantiles = [0.1, 0.9], AddScoreStandardDeviation = true })))
                    .Fit(data);
            case GoldenTask.Multilabel:
                return context.BinaryClassification.Trainers.AliceMultilabel(
                    Small(new AliceMultilabelTrainer.Options { LabelColumnName = nameof(GoldenRow.AreHigh) }))
                    .Fit(data);
            default:
                return context.Transforms.Conversion.MapValueToKey(nameof(GoldenRow.Kind))
                    .Append(context.MulticlassClassification.Trainers.Alice(
                        Small(new AliceMulticlassTrainer.Options { LabelColumnName = nameof(GoldenRow.Kind) })))
                    .Fit(data);
        }
    }

    private static T Small<T>(T options) where T : AliceTrainerOptions
    {
        (options.HiddenLayers, options.NumberOfNetworks, options.NumberOfEpochs, options.WeightDecay,
            options.NumberOfBins) = ([4, 5], 2, 5, 0, 4);
        options.NumericEncoding = NumericEncoding.PiecewiseLinear;
        return options;
    }

    private static IDataView View(MLContext context, IEnumerable<float[]> rows) =>
        context.Data.LoadFromEnumerable(rows.Select(row => new GoldenRow
        {
            Features = row,
            Label = row[0] + row[2],
            Other = row[0] - 2 * row[2],
            IsHigh = row[0] > 0.5f,
            AreHigh = [row[0] > 0.5f, row[2] > 0.5f],
            Kind = row[2] > 0.5f ? "a" : row[0] > 0.5f ? "b" : "c",
        }));

    private static float[][] Scores(GoldenTask task, IDataView scored)
    {
        float[][] scores = task is GoldenTask.Regression or GoldenTask.Binary
            ? [.. scored.GetColumn<float>("Score").Select(score => new[] { score })]
            : [.. scored.GetColumn<float[]>("Score")];
        return task is GoldenTask.Regression or GoldenTask.Multioutput
            ? [.. scores.Zip(scored.GetColumn<float[]>("Quantiles"),
                (score, quantiles) => (float[])[.. score, .. quantiles])]
            : scores;
    }

    private static float[] Read(string name, Stream stream, float[] features)
    {
        stream.Position = 0;
        switch (TaskOf(name))
        {
            case GoldenTask.Regression:
                return Score(AliceRegressionModelParameters.Read(stream), features);
            case GoldenTask.Binary:
                return Score(AliceBinaryModelParameters.Read(stream), features);
            case GoldenTask.Multioutput:
                return Score(AliceMultioutputModelParameters.Read(stream), features);
            case GoldenTask.Multilabel:
                return Score(AliceMultilabelModelParameters.Read(stream), features);
            default:
                return Score(AliceMulticlassModelParameters.Read(stream), features);
        }
    }

    private static GoldenTask TaskOf(string name) => Enum.Parse<GoldenTask>(name.Split('-')[0]);

    private static float[] Score<T>(AliceModelParameters<T> model, float[] features)
    {
        Assert.AreEqual(features.Length, model.NumberOfFeatures);
        var scores = new float[model.NumberOfScores];
        model.Score(features, scores);
        return scores;
    }

    private static void AssertClose(float[] expected, float[] actual, string what)
    {
        Assert.HasCount(expected.Length, actual, what);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], Tolerance * Math.Max(1, Math.Abs(expected[i])), what);
    }

    private static float[] Numbers(string text) =>
        [.. text.Split(' ').Select(number => float.Parse(number, CultureInfo.InvariantCulture))];

    private static string Text(float[] values) =>
        string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    private enum GoldenTask
    {
        Regression,
        Binary,
        Multiclass,
        Multioutput,
        Multilabel,
    }

    private sealed class GoldenRow
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }

        public float Other { get; set; }

        public bool IsHigh { get; set; }

        [VectorType(2)]
        public bool[] AreHigh { get; set; } = [];

        public string Kind { get; set; } = "";
    }
}
