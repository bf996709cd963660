using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>Data as people have it: gaps, typing errors, offsets, numbers too small.</summary>
[TestClass]
public class DirtyDataTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _messages = [];

    public DirtyDataTests() => _ml.Log += (_, e) => _messages.Add(e.Message);

    private static AliceRegressionTrainer.Options Quick(Action<AliceRegressionTrainer.Options>? change = null)
    {
        var options = new AliceRegressionTrainer.Options
        {
            NumberOfNetworks = 1,
            NumberOfEpochs = 60,
            HiddenLayers = [32],
            Seed = 1
        };
        change?.Invoke(options);
        return options;
    }

    private float[] Scores(ITransformer model, IEnumerable<Example> rows) =>
        [.. model.Transform(Example.View(_ml, rows)).GetColumn<float>("Score")];

    private double Rmse(ITransformer model, IReadOnlyList<Example> rows) =>
        Math.Sqrt(Scores(model, rows).Zip(rows).Average(pair => Math.Pow(pair.First - pair.Second.Label, 2)));

    private ITransformer Fit(IEnumerable<Example> rows, Action<AliceRegressionTrainer.Options>? change = null) =>
        _ml.Regression.Trainers.Alice(Quick(change)).Fit(Example.View(_ml, rows));

    private static double Spread(IReadOnlyList<Example> rows)
    {
        var mean = rows.Average(row => row.Label);
        return Math.Sqrt(rows.Average(row => Math.Pow(row.Label - mean, 2)));
    }

    private void AssertTold(string message) =>
        Assert.IsTrue(_messages.Any(m => m.Contains(message, StringComparison.Ordinal)),
            $"'{message}' in:\n{string.Join("\n", _messages)}");

    [TestMethod]
    public void Rows_with_missing_features_are_trained_and_scored()
    {
        // Where x₀ is missing, the label is a constant of its own; a column is missing in 95% of the rows.
        List<Example> Rows(int seed)
        {
            var random = new Random(seed);
            var rows = Example.Smooth(800, seed);
            foreach (var row in rows)
            {
                if (random.Next(3) == 0)
                    (row.Features[0], row.Label) = (float.NaN, 20);
                if (random.Next(20) > 0)
                    row.Features[2] = float.NaN;
            }
            return rows;
        }
        var model = Fit(Rows(1));
        var test = Rows(2);
        Assert.IsLessThan(0.2 * Spread(test), Rmse(model, test));
        Assert.IsFalse(_messages.Any(m => m.Contains("Skipped", StringComparison.Ordinal)));
        Assert.IsTrue(
            float.IsFinite(Scores(model, [new() { Features = [float.NaN, float.NaN, float.NaN, float.NaN] }])[0]));
    }

    [TestMethod]
    public void A_feature_that_was_never_missing_may_be_when_scoring()
    {
        var model = Fit(Example.Smooth(300));
        var (missing, mean) = (Scores(model, [new() { Features = [0, 0, 5, float.NaN] }]),
            Scores(model, [new() { Features = [0, 0, 5, 0] }]));
        Assert.AreEqual(mean[0], missing[0], 0.2);
    }

    [TestMethod]
    public void An_extreme_feature_spoils_neither_training_nor_scoring()
    {
        var (rows, test) = (Example.Smooth(600), Example.Smooth(300, seed: 2));
        var clean = Rmse(Fit(rows), test);
        rows[7].Features[0] = 1e9f;
        rows[8].Features[1] = float.PositiveInfinity;
        var model = Fit(rows);
        Assert.IsLessThan(1.5 * clean + 0.02, Rmse(model, test));
        AssertTold(
            "Extreme values that stand alone are held near the range of the others: "
            + "feature 0 of 'Features' (1 beyond -");
        AssertTold("Infinite values are treated as values outside the range of the others: "
            + "feature 1 of 'Features' (1).");

        var (lowest, highest) = (test.Min(row => row.Label), test.Max(row => row.Label));
        var width = highest - lowest;
        foreach (var value in new[] { 1e9f, -1e9f, float.MaxValue, float.NegativeInfinity })
            for (var c = 0; c < Example.Inputs; c++)
            {
                var features = new float[] { 0, 0, 5, 0 };
                features[c] = value;
                var score = Scores(model, [new() { Features = features }])[0];
                Assert.IsTrue(score > lowest - width && score < highest + width, $"{score} for {value} in column {c}");
            }
    }

    [TestMethod]
    public void Rows_with_an_extreme_label_are_left_out_of_a_squared_loss_and_said()
    {
        var (rows, test) = (Example.Smooth(400), Example.Smooth(300, seed: 2));
        var clean = Rmse(Fit(rows), test);
        rows.Insert(17, new Example { Label = 2023, Features = [0, 0, 5, 0] });
        Assert.IsLessThan(1.3 * clean, Rmse(Fit(rows), test));
        AssertTold("Left out 1 of 401 rows: their labels in 'Label' are extreme and stand alone");
    }

    [TestMethod]
    [DataRow("Absolute")]
    [DataRow("Huber")]
    [DataRow("Quantile")]
    public void Extreme_labels_do_not_spoil_the_losses_that_are_chosen_against_them(string name)
    {
        var loss = name switch
        {
            "Absolute" => RegressionLoss.Absolute,
            "Huber" => RegressionLoss.Huber(1),
            _ => RegressionLoss.Quantile(0.5),
        };
        var (rows, test) = (Example.Smooth(500), Example.Smooth(300, seed: 2));
        var clean = Rmse(Fit(rows, o => o.Loss = loss), test);
        for (var i = 0; i < 3; i++)
            rows[i * 50].Label = 1e7f;
        Assert.IsLessThan(1.5 * clean + 0.02, Rmse(Fit(rows, o => o.Loss = loss), test));
    }

    [TestMethod]
    public void An_offset_much_larger_than_the_spread_is_no_constant()
    {
        List<Example> Rows(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, 500).Select(_ =>
            {
                var seconds = random.Next(36) * 128;
                return new Example { Features = [1_764_000_000 + seconds, 0, 0, 0],
                    Label = 10_000_000 + seconds / 100 };
            })];
        }
        var test = Rows(2);
        Assert.IsLessThan(1, Rmse(Fit(Rows(1), o => o.NumberOfEpochs = 200), test));
    }

    [TestMethod]
    public void Columns_that_floats_cannot_scale_are_left_out_and_said()
    {
        var rows = Example.Smooth(200);
        foreach (var (i, row) in rows.Index())
            row.Features[0] = i * 1e-42f;
        Assert.IsTrue(float.IsFinite(Scores(Fit(rows), rows)[0]));
        AssertTold(
            "Left out, since their values differ by less than 1e-38, which floats cannot scale: feature 0 of "
            + "'Features'.");
    }

    [TestMethod]
    public void Sparse_rows_of_zeros_are_trained_on()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 200)
            .Select(i => new Wide { Word = i % 3 == 0 ? -1 : random.Next(1500), Label = i % 3 == 0 ? 5 : 1 }).ToArray();
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1500);
        var data = _ml.Data.LoadFromEnumerable(rows.Select(row => row.ToRow()), schema);
        var model = _ml.Regression.Trainers.Alice(Quick(o => o.NumberOfEpochs = 5)).Fit(data);
        Assert.AreEqual(200, model.Model.TrainingSummary!.TrainingRows);
        Assert.IsTrue(model.Transform(data).GetColumn<float>("Score").All(float.IsFinite));
    }

    [TestMethod]
    [DataRow(20)]
    [DataRow(1500)]
    public void Sparse_and_dense_rows_give_the_same_model(int columns)
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 200).Select(i =>
        {
            var values = new float[columns];
            for (var k = 0; k < i % 4; k++)
                values[random.Next(columns)] = random.Next(10) == 0 ? float.NaN : 1 + random.NextSingle();
            return (Values: values, Label: i % 4 + values.Where(float.IsFinite).Sum());
        }).ToArray();
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        float[] Scores(bool isSparse)
        {
            var data = _ml.Data.LoadFromEnumerable(rows.Select(row =>
            {
                int[] indices = [.. Enumerable.Range(0, columns).Where(c => row.Values[c] != 0)];
                return new WideRow
                {
                    Label = row.Label,
                    Features = isSparse
                        ? new VBuffer<float>(columns, indices.Length, [.. indices.Select(c => row.Values[c])], indices)
                        : new VBuffer<float>(columns, row.Values),
                };
            }), schema);
            return [.. _ml.Regression.Trainers.Alice(Quick(o => o.NumberOfEpochs = 5)).Fit(data).Transform(data)
                .GetColumn<float>("Score")];
        }
        CollectionAssert.AreEqual(Scores(isSparse: false), Scores(isSparse: true));
    }

    [TestMethod]
    public void A_key_label_of_billions_of_values_is_refused_by_name()
    {
        var schema = SchemaDefinition.Create(typeof(KeyRow));
        schema["Hash"].ColumnType = new KeyDataViewType(typeof(uint), int.MaxValue);
        var data = _ml.Data.LoadFromEnumerable(
            Enumerable.Range(1, 100).Select(i => new KeyRow { Hash = (uint)i }), schema);
        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _ml.MulticlassClassification.Trainers.Alice("Hash").Fit(data));
        StringAssert.StartsWith(error.Message, "The label column 'Hash' is a key of 2,147,483,647 values");
    }

    [TestMethod]
    public void Networks_that_memory_cannot_hold_are_refused_before_reading()
    {
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1 << 30);
        var data = _ml.Data.LoadFromEnumerable<WideRow>([], schema);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Regression.Trainers.Alice().Fit(data));
        StringAssert.StartsWith(error.Message,
            "The feature column 'Features' has 1,073,741,824 values: 4 network(s) with layers 1073741824-64-64-1 take");
    }

    private sealed class Wide
    {
        public int Word { get; set; }

        public float Label { get; set; }

        public WideRow ToRow() => new()
        {
            Label = Label,
            Features = Word < 0 ? new VBuffer<float>(1500, 0, [], []) : new VBuffer<float>(1500, 1, [1f], [Word]),
        };
    }

    private sealed class WideRow
    {
        public float Label { get; set; }

        public VBuffer<float> Features;
    }

    private sealed class KeyRow
    {
        public uint Hash { get; set; }

        [VectorType(2)]
        public float[] Features { get; set; } = [1, 2];
    }
}
