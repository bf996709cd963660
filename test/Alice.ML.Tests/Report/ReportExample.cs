using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Report;

/// <summary>A small table of numbers and texts, and models of it. Two columns matter, one does not.</summary>
internal sealed class ReportExample
{
    public const string NastyName = "<script>alert('size')</script>&\"";

    private ReportExample(MLContext ml, ITransformer model, IDataView train, IDataView test, string label) =>
        (ML, Model, Train, Test, Label) = (ml, model, train, test, label);

    public MLContext ML { get; }

    public ITransformer Model { get; }

    public IDataView Train { get; }

    public IDataView Test { get; }

    public string Label { get; }

    public static ReportExample Regression(params double[] quantiles) => Create(nameof(Row.Price), ml =>
        ml.Regression.Trainers.Alice(Quick(new AliceRegressionTrainer.Options
        {
            LabelColumnName = nameof(Row.Price),
            Quantiles = quantiles,
        })));

    public static ReportExample Binary() => Create(nameof(Row.IsDear), ml => ml.BinaryClassification.Trainers.Alice(
        Quick(new AliceBinaryTrainer.Options { LabelColumnName = nameof(Row.IsDear) })));

    public static ReportExample Multiclass() => Create("Key", ml => ml.MulticlassClassification.Trainers.Alice(
        Quick(new AliceMulticlassTrainer.Options { LabelColumnName = "Key" })));

    private static TOptions Quick<TOptions>(TOptions options) where TOptions : AliceTrainerOptions
    {
        options.NumberOfEpochs = 20;
        options.NumberOfNetworks = 2;
        options.HiddenLayers = [16];
        options.NumericEncoding = NumericEncoding.None;
        options.WeightDecay = 0;
        options.Dropout = 0;
        options.Seed = 1;
        return options;
    }

    private static ReportExample Create<T>(string label, Func<MLContext, IEstimator<T>> trainer)
        where T : class, ITransformer
    {
        var ml = new MLContext(1);
        var key = ml.Transforms.Conversion.MapValueToKey("Key", nameof(Row.Kind));
        var keys = key.Fit(ml.Data.LoadFromEnumerable(Rows(400, 1)));
        var (train, test) = (keys.Transform(ml.Data.LoadFromEnumerable(Rows(400, 1))),
            keys.Transform(ml.Data.LoadFromEnumerable(Rows(200, 2))));
        var columns = new List<string> { nameof(Row.Price), nameof(Row.IsDear), nameof(Row.Kind), "Key" };
        columns.Remove(label);
        // What the label follows from is no column to predict it from.
        var drop = ml.Transforms.DropColumns([.. columns]).Fit(train);
        (train, test) = (drop.Transform(train), drop.Transform(test));
        var pipeline = ml.Transforms.Categorical.OneHotEncoding("Encoded", nameof(Row.District))
            .Append(ml.Transforms.Concatenate("Features", NastyName, nameof(Row.Noise), "Encoded"))
            .Append(trainer(ml));
        return new ReportExample(ml, pipeline.Fit(train), train, test, label);
    }

    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var (size, district) = (random.Next(40, 200), random.Next(3));
            var price = 2f * size + 80 * district + random.Next(40);
            return new Row
            {
                Size = i % 50 == 0 ? float.NaN : size,
                Noise = random.NextSingle(),
                District = district == 0 ? "<b>north</b>" : district == 1 ? "south" : "old, town",
                Price = price,
                IsDear = price > 330,
                Kind = price < 250 ? "small & <i>cheap</i>" : price < 400 ? "middle" : "dear",
            };
        })];
    }

    private sealed class Row
    {
        [ColumnName(NastyName)]
        public float Size { get; set; }

        public float Noise { get; set; }

        public string District { get; set; } = "";

        public float Price { get; set; }

        public bool IsDear { get; set; }

        public string Kind { get; set; } = "";
    }
}
