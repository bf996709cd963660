using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>Tables of many more columns than rows, with default options.</summary>
[TestClass]
public class WideTableTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void A_wide_table_trains_and_does_better_than_the_mean()
    {
        // Genes in groups: columns share few factors, two of which make the label.
        const int Columns = 2000, Factors = 4;
        var random = new Random(1);
        var loads = Enumerable.Range(0, Columns * Factors).Select(_ => 2 * random.NextSingle() - 1).ToArray();
        var rows = Enumerable.Range(0, 260).Select(_ =>
        {
            var factors = Enumerable.Range(0, Factors).Select(_ => 2 * random.NextSingle() - 1).ToArray();
            return new WideRow
            {
                Label = factors[0] - factors[1],
                Features = [.. Enumerable.Range(0, Columns).Select(c =>
                    Enumerable.Range(0, Factors).Sum(f => factors[f] * loads[c * Factors + f]) + random.NextSingle())],
            };
        }).ToList();
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema[nameof(WideRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Columns);
        IDataView View(IEnumerable<WideRow> part) => _ml.Data.LoadFromEnumerable(part, schema);

        var model = _ml.Regression.Trainers.Alice().Fit(View(rows.Take(60)));

        Assert.IsGreaterThan(0.5, _ml.Regression.Evaluate(model.Transform(View(rows.Skip(60)))).RSquared);
    }

    [TestMethod]
    public void Featurised_text_is_told_apart_as_well_as_by_a_linear_trainer()
    {
        // Two topics: words of the same vocabulary, some of them thrice as frequent in one of them.
        var random = new Random(1);
        string Word(bool topic) => $"w{(random.Next(3) == 0 ? random.Next(60) * 2 + (topic ? 1 : 0) : random.Next(1500))}x";
        var rows = Enumerable.Range(0, 900).Select(i => new Text
        {
            Label = i % 2 == 0,
            Words = string.Join(' ', Enumerable.Range(0, 25).Select(_ => Word(i % 2 == 0))),
        }).ToList();
        var train = _ml.Data.LoadFromEnumerable(rows.Take(600));
        var test = _ml.Data.LoadFromEnumerable(rows.Skip(600));
        var features = _ml.Transforms.Text.FeaturizeText("Features", nameof(Text.Words)).Fit(train);
        var (seen, unseen) = (features.Transform(train), features.Transform(test));
        double Auc(ITransformer model) => _ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(unseen)).AreaUnderRocCurve;

        var linear = Auc(_ml.BinaryClassification.Trainers.SdcaLogisticRegression().Fit(seen));
        var alice = Auc(_ml.BinaryClassification.Trainers.Alice().Fit(seen));

        Assert.IsGreaterThanOrEqualTo(linear - 0.002, alice);
    }

    private sealed class WideRow
    {
        public float Label { get; set; }

        public float[] Features { get; set; } = [];
    }

    private sealed class Text
    {
        public bool Label { get; set; }

        public string Words { get; set; } = "";
    }
}
