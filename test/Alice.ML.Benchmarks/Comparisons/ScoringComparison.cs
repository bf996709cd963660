using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>Scoring and model files beside those of ML.NET's default LightGBM.</summary>
internal sealed class ScoringComparison : IComparison
{
    private const int RowsPredicted = 20_000;
    private const int Loads = 20;
    private const double LimitOfPredict = 0.6;
    private const double LimitOfDefaultPredict = 1;
    private const double LeastSpeedOfBatch = 2;

    public string Name => "scoring";

    public string Title => "Scoring and model files";

    public string Explanation =>
        "Models of LightGBM and Alice with default options on the same rows, and of Alice with one network on plain "
        + "numbers. Predict: a PredictionEngine around the trained model alone, fed with features in an array. "
        + "Evaluate: Regression.Evaluate(model.Transform(test rows in memory)), in rows a second. Model.Load and "
        + "the .zip: the pipeline with the same one-hot encoding before either model, loaded from memory.";

    public Headings Headings => new("Alice", "LightGBM", "Alice / LightGBM");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        var ml = new MLContext(1);
        var data = TaxiFare.Load(ml, settings.DataFolder);
        var light = ml.Regression.Trainers.LightGbm().Fit(data.Train);
        var one = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
        }).Fit(data.Train);
        var standard = ml.Regression.Trainers.Alice().Fit(data.Train);
        var rows = ml.Data.CreateEnumerable<TableRow>(
            data.Test, reuseRowObject: false, schemaDefinition: SyntheticTable.Schema(data.FeatureCount))
            .Take(RowsPredicted).ToArray();
        var testRows = data.Test.GetColumn<float>("Label").Count();
        var lightZip = Save(ml, data, light);
        foreach (var (alice, name, isOne) in new[] { (one, "one network", true), (standard, "default", false) })
        {
            var suffix = $"{name}, {data.FeatureCount} features, {data.Source}";
            yield return Alternating.Time(settings.Rounds, Predict(ml, alice, rows), Predict(ml, light, rows))
                .Row($"Predict, {suffix}", isOne ? LimitOfPredict : LimitOfDefaultPredict, count: rows.Length);

            var batch = Alternating.Time(
                settings.Rounds,
                () => { ml.Regression.Evaluate(light.Transform(data.Test)); },
                () => { ml.Regression.Evaluate(alice.Transform(data.Test)); });
            yield return new Result(
                $"Evaluate(Transform), rows/s, {suffix}", Figures.Number(testRows / batch.Median(1)),
                Figures.Number(testRows / batch.Median(0)),
                batch.RatioText(0, 1), isOne ? Bar.AtLeast(LeastSpeedOfBatch, batch.Ratio(0, 1)) : null);

            var zip = Save(ml, data, alice);
            yield return Alternating.Time(settings.Rounds, Load(ml, zip), Load(ml, lightZip))
                .Row($"Model.Load, {name}", isOne ? 1 : null, Loads);
            var sizes = (double)zip.Length / lightZip.Length;
            yield return new Result(
                $"size of the .zip, {name}", Figures.Bytes(zip.Length), Figures.Bytes(lightZip.Length),
                Figures.Number(sizes),
                isOne ? Bar.AtMost(1, sizes) : null);
        }
    }

    private static Action Predict(MLContext ml, ITransformer model, TableRow[] rows)
    {
        var schema = SyntheticTable.Schema(rows[0].Features.Length);
        var engine = ml.Model.CreatePredictionEngine<TableRow, Prediction>(model, inputSchemaDefinition: schema);
        var prediction = new Prediction();
        return () =>
        {
            foreach (var row in rows)
                engine.Predict(row, ref prediction);
        };
    }

    private static byte[] Save(MLContext ml, TaxiFare data, ITransformer model)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(new TransformerChain<ITransformer>(data.Featurizer, model), data.Schema, stream);
        return stream.ToArray();
    }

    private static Action Load(MLContext ml, byte[] zip) => Alternating.Repeat(Loads, () =>
    {
        using var stream = new MemoryStream(zip);
        ml.Model.Load(stream, out _);
    });
}
