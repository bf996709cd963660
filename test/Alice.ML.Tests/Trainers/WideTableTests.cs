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
    public void Few_telling_columns_among_many_are_found()
    {
        const int Columns = 1000;
        var random = new Random(2);
        var rows = Enumerable.Range(0, 400).Select(_ =>
        {
            float[] features = [.. Enumerable.Range(0, Columns).Select(_ => 2 * random.NextSingle() - 1)];
            return new WideRow { Features = features, Label = 2 * features[3] - 1.5f * features[40] + features[900] };
        }).ToList();
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema[nameof(WideRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Columns);
        IDataView View(IEnumerable<WideRow> part) => _ml.Data.LoadFromEnumerable(part, schema);

        var model = _ml.Regression.Trainers.Alice().Fit(View(rows.Take(200)));

        Assert.IsGreaterThan(0.8, _ml.Regression.Evaluate(model.Transform(View(rows.Skip(200)))).RSquared);
        Assert.IsGreaterThan(0, model.Model.TrainingSummary!.Candidates.Where(c => c.L1Regularization > 0)
            .Sum(c => c.Networks));
    }

    [TestMethod]
    public void Topics_are_told_apart_as_well_as_by_a_linear_trainer()
    {
        // Words of the same vocabulary, some of them thrice as frequent in one of two topics.
        string Word(Random random, bool topic) =>
            Name(random.Next(3) == 0 ? random.Next(60) * 2 + (topic ? 1 : 0) : random.Next(1500));
        CheckText((random, label) => [.. Enumerable.Range(0, 25).Select(_ => Word(random, label))]);
    }

    [TestMethod]
    public void Few_telling_words_are_found_as_well_as_by_a_linear_trainer() => CheckText((random, label) =>
    {
        // Three of thirty words give an advertisement away; one of them is in every sixth of the others.
        string[] words = [.. Enumerable.Range(0, 8 + random.Next(20)).Select(_ => Common(random))];
        for (var k = label ? 3 : random.Next(6) == 0 ? 1 : 0; k > 0; k--)
            words[random.Next(words.Length)] = Name(200 + 7 * random.Next(30));
        return words;
    });

    [TestMethod]
    public void Words_turned_around_are_learned_as_well_as_by_a_linear_trainer() => CheckText((random, label) =>
    {
        // Five of thirty words for or against, every third of them after a "not".
        var words = Enumerable.Range(0, 25 + random.Next(30)).Select(_ => Common(random)).ToList();
        for (var k = 0; k < 5; k++)
        {
            var isRight = random.Next(5) > 0;
            var turns = random.Next(3) == 0;
            words.Insert(random.Next(words.Count),
                (turns ? "not " : "") + Name(2000 + 2 * random.Next(15) + (label == isRight != turns ? 1 : 0)));
        }
        return [.. words];
    });

    /// <summary>Compares default options with SDCA's by the mean area under the curve of two tables.</summary>
    /// <param name="text">The words of a text of a class.</param>
    private static void CheckText(Func<Random, bool, string[]> text)
    {
        var (linear, alice) = (0.0, 0.0);
        foreach (var seed in new[] { 1, 2 })
        {
            var ml = new MLContext(seed);
            var random = new Random(seed);
            var rows = Enumerable.Range(0, 900)
                .Select(i => new Text { Label = i % 2 == 0, Words = string.Join(' ', text(random, i % 2 == 0)) })
                    .ToList();
            var train = ml.Data.LoadFromEnumerable(rows.Take(500));
            var test = ml.Data.LoadFromEnumerable(rows.Skip(500));
            var features = ml.Transforms.Text.FeaturizeText("Features", nameof(Text.Words)).Fit(train);
            var (seen, unseen) = (features.Transform(train), features.Transform(test));
            double Auc(ITransformer model) =>
                ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(unseen)).AreaUnderRocCurve / 2;
            linear += Auc(ml.BinaryClassification.Trainers.SdcaLogisticRegression().Fit(seen));
            alice += Auc(ml.BinaryClassification.Trainers.Alice().Fit(seen));
        }
        Console.WriteLine($"SDCA {linear:f4}, Alice {alice:f4}");
        Assert.IsGreaterThanOrEqualTo(linear - 0.002, alice);
    }

    /// <summary>A word of a vocabulary of 1,500, the first the most frequent.</summary>
    private static string Common(Random random) => Name((int)(5 * Math.Pow(300, random.NextDouble())) - 5);

    /// <summary>Four letters that depend on the number.</summary>
    private static string Name(int number) =>
        $"{"bdfgklmnprstvz"[number % 14]}{"aeiou"[number / 14 % 5]}"
        + $"{"bdfgklmnprstvz"[number / 14 % 14]}{"aeiou"[number / 980 % 5]}{number % 3}x";

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
