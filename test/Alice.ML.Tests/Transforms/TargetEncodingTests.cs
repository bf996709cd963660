using Alice.ML.Tests.Models;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Transforms;

[TestClass]
public sealed class TargetEncodingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void A_value_becomes_its_shrunken_mean_and_its_count()
    {
        var data = View(("a", 1), ("a", 3), ("b", 8), ("", 4), ("", 4));
        var encoder = _ml.Transforms.Categorical.TargetEncoding("Item", smoothing: 2).Fit(data, out _);
        var encoded = Encodings(encoder.Transform(View(("a", 0), ("b", 0), ("", 0), ("new", 0))));
        // The mean of all labels is 4.
        Assert.AreEqual(2f / 4 * (2 - 4), encoded[0][0], 1e-6f);
        Assert.AreEqual(1f / 3 * (8 - 4), encoded[1][0], 1e-6f);
        Assert.AreEqual(0, encoded[2][0], 1e-6f, "no text is a value like others");
        Assert.AreEqual(MathF.Log(3), encoded[0][1], 1e-6f);
        Assert.AreEqual(MathF.Log(2), encoded[1][1], 1e-6f);
        CollectionAssert.AreEqual(new[] { 0f, 0f }, encoded[3], "a value that training did not see");
    }

    [TestMethod]
    public void Smoothing_follows_how_far_values_explain_the_label()
    {
        // Labels that the value decides need none; labels that it says nothing about are encoded as nothing.
        var decided = View([.. Enumerable.Range(0, 200).Select(i => ($"v{i % 20}", (float)(i % 20)))]);
        var means = Encodings(_ml.Transforms.Categorical.TargetEncoding("Item").Fit(decided, out _).Transform(decided));
        Assert.AreEqual(-9.5f, means[0][0], 1e-5f);
        Assert.AreEqual(9.5f, means[19][0], 1e-5f);
        var same = View([.. Enumerable.Range(0, 200).Select(i => ($"v{i % 20}", (float)(i / 20)))]);
        var none = Encodings(_ml.Transforms.Categorical.TargetEncoding("Item").Fit(same, out _).Transform(same));
        Assert.IsTrue(none.All(row => row[0] == 0));
    }

    [TestMethod]
    public void A_row_takes_no_part_in_its_own_training_encoding()
    {
        var rows = Effects(300, values: 20, seed: 1);
        var before = TrainingEncodings(rows);
        rows[7].Label += 1000;
        var after = TrainingEncodings(rows);
        CollectionAssert.AreEqual(before[7], after[7]);
        var others = Enumerable.Range(0, rows.Length).Where(i => rows[i].Item == rows[7].Item && i != 7).ToArray();
        Assert.IsTrue(others.Any(i => after[i][0] != before[i][0]), "but in those of other rows");
    }

    [TestMethod]
    public void Rows_keep_their_encoding_when_they_are_shuffled()
    {
        var rows = Effects(200, values: 20, seed: 2);
        _ml.Transforms.Categorical.TargetEncoding("Encoded", "Item")
            .Fit(_ml.Data.LoadFromEnumerable(rows), out var encoded);
        var shuffled = _ml.Data.ShuffleRows(encoded, seed: 3);
        var straight = encoded.GetColumn<float>("Label").Zip(encoded.GetColumn<float[]>("Encoded")).ToDictionary();
        var pairs = shuffled.GetColumn<float>("Label").Zip(shuffled.GetColumn<float[]>("Encoded")).ToArray();
        CollectionAssert.AreNotEqual(straight.Keys.ToArray(), pairs.Select(p => p.First).ToArray());
        foreach (var (label, encoding) in pairs)
            CollectionAssert.AreEqual(straight[label], encoding);
    }

    [TestMethod]
    public void Many_values_that_decide_the_label_are_learned_and_noise_is_not()
    {
        // 400 values in 2,000 rows: five rows each.
        var all = Effects(3000, values: 400, seed: 4);
        var (train, test) = (_ml.Data.LoadFromEnumerable(all[..2000]), _ml.Data.LoadFromEnumerable(all[2000..]));
        var without = RSquared(null, train, test);
        Assert.IsGreaterThan(0.85, RSquared("Item", train, test));
        Assert.IsLessThan(0.5, without);
        Assert.AreEqual(without, RSquared("Noise", train, test), 0.01,
            "a column that tells nothing takes nothing away");

        // In their own rows' labels too, such a column seems to tell something: what leaks without folds.
        var encoder = _ml.Transforms.Categorical.TargetEncoding("Noise", smoothing: 0).Fit(train, out var encoded);
        Assert.IsGreaterThan(0.3, Correlation(encoder.Transform(train)));
        Assert.IsLessThan(0.1, Correlation(encoded));
    }

    [TestMethod]
    public void A_label_far_from_zero_loses_no_digits()
    {
        var rows = Effects(400, values: 20, seed: 5);
        foreach (var row in rows)
            row.Label = MathF.Round(16 * row.Label) / 16;
        var near = TrainingEncodings(rows);
        foreach (var row in rows)
            row.Label += 500_000;
        foreach (var (a, b) in near.Zip(TrainingEncodings(rows)))
            Assert.AreEqual(a[0], b[0], 1e-5f);
    }

    [TestMethod]
    [DataRow(1e4f)]
    [DataRow(-1e20f)]
    public void One_label_that_is_a_typing_error_hides_nothing(float error)
    {
        var all = Effects(3000, values: 400, seed: 4);
        var test = _ml.Data.LoadFromEnumerable(all[2000..]);
        all[0].Label = error;
        var encoder = _ml.Transforms.Categorical.TargetEncoding("Item")
            .Fit(_ml.Data.LoadFromEnumerable(all[..2000]), out _);
        Assert.IsGreaterThan(0.8, Correlation(encoder.Transform(test), "Item"));
    }

    [TestMethod]
    public void Classes_are_encoded_by_their_shares()
    {
        var rows = Enumerable.Range(0, 300)
            .Select(i => new Row { Item = $"v{i % 30}", Label = i % 30 % 3, IsPositive = i % 30 < 6 });
        var view = _ml.Data.LoadFromEnumerable(rows);
        var binary = _ml.Transforms.Categorical.TargetEncoding("Item", labelColumnName: "IsPositive").Fit(view, out _);
        var shares = Encodings(binary.Transform(view));
        Assert.AreEqual(0.8f, shares[0][0], 1e-6f, "all of them, where one in five is usual");
        Assert.AreEqual(-0.2f, shares[29][0], 1e-6f);

        var keys = _ml.Transforms.Conversion.MapValueToKey("Class", "Label").Fit(view).Transform(view);
        var encoded = _ml.Transforms.Categorical.TargetEncoding("Item", labelColumnName: "Class").Fit(keys, out _)
            .Transform(keys);
        foreach (var (actual, expected) in Encodings(encoded)[1][..3].Zip([-1 / 3f, 2 / 3f, -1 / 3f]))
            Assert.AreEqual(expected, actual, 1e-6f);
        VBuffer<ReadOnlyMemory<char>> names = default;
        encoded.Schema["Item"].GetSlotNames(ref names);
        Assert.AreEqual("Class 0, Class 1, Class 2, count", string.Join(", ", names.DenseValues()));
    }

    [TestMethod]
    public void Rows_without_a_label_count_nothing()
    {
        var with = View(("a", 1), ("b", 2), ("a", float.NaN));
        var encoder = _ml.Transforms.Categorical.TargetEncoding("Item").Fit(with, out var encoded);
        Assert.AreEqual(MathF.Log(2), Encodings(encoder.Transform(with))[0][1], 1e-6f);
        Assert.HasCount(3, Encodings(encoded));
        var e = Assert.Throws<InvalidOperationException>(() =>
            _ml.Transforms.Categorical.TargetEncoding("Item").Fit(View(("a", float.NaN)), out _));
        StringAssert.Contains(e.Message, "No row has a finite label in column 'Label'");
    }

    [TestMethod]
    public void A_saved_pipeline_encodes_the_same_anywhere()
    {
        var data = _ml.Data.LoadFromEnumerable(Effects(200, values: 20, seed: 6));
        var model = Pipeline("Item").Fit(data);
        var loaded = ModelFile.SaveAndLoad(_ml, model, data.Schema);
        var others = View(("v3", 0), ("", 0), ("never seen", 0));
        var (before, after) = (model.Transform(others), loaded.Transform(others));
        foreach (var (a, b) in Encodings(before, "Features").Zip(Encodings(after, "Features")))
            CollectionAssert.AreEqual(a, b);
        CollectionAssert.AreEqual(
            before.GetColumn<float>("Score").ToArray(), after.GetColumn<float>("Score").ToArray());
        using var engine = _ml.Model.CreatePredictionEngine<Row, Prediction>(loaded);
        Assert.AreEqual(after.GetColumn<float>("Score").First(), engine.Predict(new Row { Item = "v3" }).Score);
    }

    [TestMethod]
    public void The_promised_schema_is_the_delivered_one()
    {
        var data = _ml.Data.LoadFromEnumerable(Effects(100, values: 10, seed: 7));
        var promised = Pipeline("Item").GetOutputSchema(SchemaShape.Create(data.Schema));
        var delivered = SchemaShape.Create(Pipeline("Item").Fit(data).GetOutputSchema(data.Schema));
        CollectionAssert.AreEquivalent(promised.Select(Describe).ToArray(), delivered.Select(Describe).ToArray());
    }

    [TestMethod]
    public void Errors_name_the_column_and_the_remedy()
    {
        var data = View(("a", 1), ("b", 2));
        Refused("There is no input column 'Itm' for the target encoding. The data has: 'Item'", "Itm", "Label");
        Refused("There is no label column 'Lbl'", "Item", "Lbl");
        Refused("The column 'X' of the target encoding is of type Single, but must be one text a row", "X", "Label");
        Refused("The column 'Item' of the target encoding is of type String, but must be a label: Single, Boolean "
            + "or a key", "Noise", "Item");
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.Categorical.TargetEncoding("Item", numberOfFolds: 1));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.Categorical.TargetEncoding("Item", smoothing: double.NaN));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.Categorical.TargetEncoding("Label", "Item"));

        void Refused(string message, string item, string label)
        {
            var encoder = _ml.Transforms.Categorical.TargetEncoding("Encoded", item, label);
            StringAssert.StartsWith(Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Fit(data, out _)).Message,
                message);
            Assert.Throws<ArgumentOutOfRangeException>(() =>
                encoder.Before(_ml.Transforms.CopyColumns("Copy", "Encoded"))
                    .GetOutputSchema(SchemaShape.Create(data.Schema)));
        }
    }

    private IEstimator<ITransformer> Pipeline(string item) =>
        _ml.Transforms.Categorical.TargetEncoding("Encoded", item).Before(
        _ml.Transforms.Concatenate("Features", "Encoded", "X").Append(Linear()));

    private AliceRegressionTrainer Linear() => _ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
    {
        HiddenLayers = [],
        NumericEncoding = NumericEncoding.None,
        NumberOfNetworks = 1,
        WeightDecay = 0,
        NumberOfEpochs = 20,
    });

    private double RSquared(string? item, IDataView train, IDataView test)
    {
        var pipeline = item is not null ? Pipeline(item)
            : _ml.Transforms.Concatenate("Features", "X").Append(Linear());
        return _ml.Regression.Evaluate(pipeline.Fit(train).Transform(test)).RSquared;
    }

    private float[][] TrainingEncodings(Row[] rows)
    {
        _ml.Transforms.Categorical.TargetEncoding("Item", smoothing: 1)
            .Fit(_ml.Data.LoadFromEnumerable(rows), out var encoded);
        return Encodings(encoded);
    }

    private IDataView View(params (string Item, float Label)[] rows) =>
        _ml.Data.LoadFromEnumerable(rows.Select(row => new Row { Item = row.Item, Label = row.Label }));

    private static float[][] Encodings(IDataView view, string column = "Item") => [.. view.GetColumn<float[]>(column)];

    /// <summary>Labels that an item and a number decide; another column of as many values says nothing.</summary>
    private static Row[] Effects(int rows, int values, int seed)
    {
        var random = new Random(seed);
        double[] effects = [.. Enumerable.Range(0, values).Select(_ => 2 * random.NextDouble() - 1)];
        return [.. Enumerable.Range(0, rows).Select(_ =>
        {
            var (item, x) = (random.Next(values), random.NextDouble());
            return new Row
            {
                Item = $"v{item}", Noise = $"n{random.Next(values)}", X = (float)x,
                Label = (float)(effects[item] + x + 0.1 * random.NextDouble()),
            };
        })];
    }

    private static double Correlation(IDataView view, string column = "Noise")
    {
        var x = Encodings(view, column).Select(row => (double)row[0]).ToArray();
        var y = view.GetColumn<float>("Label").Select(label => (double)label).ToArray();
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum()
            / Math.Sqrt(x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }

    private static string Describe(SchemaShape.Column column) =>
        $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey} "
        + string.Join(' ', column.Annotations.Select(annotation => annotation.Name).Order());

    private sealed class Row
    {
        public string Item { get; set; } = "";

        public string Noise { get; set; } = "";

        public float X { get; set; }

        public float Label { get; set; }

        public bool IsPositive { get; set; }
    }

    private sealed class Prediction
    {
        public float Score { get; set; }
    }
}
