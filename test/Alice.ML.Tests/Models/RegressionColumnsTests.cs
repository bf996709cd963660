using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

/// <summary>What a regression model gives beside its score.</summary>
[TestClass]
public class RegressionColumnsTests
{
    private const int FeatureCount = 6;
    private const int Levels = 3;

    private static readonly float[] Quantiles = [0.05f, 0.5f, 0.95f];

    private readonly MLContext _context = new(seed: 1);
    private readonly Row[] _rows = TestModels.Rows(seed: 2, count: 200, FeatureCount);
    private readonly IDataView _data;

    public RegressionColumnsTests() => _data = TestModels.View(_context, _rows, FeatureCount);

    public static IEnumerable<object[]> Choices =>
        from addsStandardDeviation in new[] { false, true }
        from hasQuantiles in new[] { false, true }
        select new object[] { addsStandardDeviation, hasQuantiles };

    [TestMethod]
    [DynamicData(nameof(Choices))]
    public void The_columns_are_those_that_were_asked_for(bool addsStandardDeviation, bool hasQuantiles)
    {
        var model = Transformer(addsStandardDeviation, hasQuantiles);
        const string Kinds =
            "ScoreColumnSetId: Key<UInt32, 0-2147483646>, ScoreColumnKind: String, ScoreValueKind: String";
        var expected = new List<string> { $"Score: Single ({Kinds})" };
        if (addsStandardDeviation)
            expected.Add($"ScoreStandardDeviation: Single ({Kinds})");
        if (hasQuantiles)
            expected.Add($"Quantiles: Vector<Single, 3> ({Kinds}, SlotNames: 0.05 0.5 0.95)");
        var described = TestTasks.Describe(model.Transform(_data).Schema);
        CollectionAssert.AreEqual(expected, described[^expected.Count..]);
        CollectionAssert.AreEqual(TestTasks.Describe(model.GetOutputSchema(_data.Schema)), described);
    }

    [TestMethod]
    [DynamicData(nameof(Choices))]
    public void The_shape_for_trainers_is_that_of_the_schema(bool addsStandardDeviation, bool hasQuantiles)
    {
        var shape = RegressionColumns.CreateShape(addsStandardDeviation, hasQuantiles);
        var scored = Transformer(addsStandardDeviation, hasQuantiles).Transform(_data).Schema;
        var delivered = SchemaShape.Create(scored).Skip(_data.Schema.Count);
        CollectionAssert.AreEqual(
            delivered.Select(Describe).ToArray(), shape.Select(Describe).ToArray());

        static string Describe(SchemaShape.Column column) => $"{column.Name} {column.Kind} {column.ItemType}: "
            + string.Join(", ", column.Annotations.Select(a => $"{a.Name} {a.Kind} {a.ItemType} {a.IsKey}").Order());
    }

    [TestMethod]
    [DynamicData(nameof(Choices))]
    public void The_values_are_the_mean_the_deviation_and_the_sorted_quantiles(
        bool addsStandardDeviation, bool hasQuantiles)
    {
        var ensemble = Ensemble(hasQuantiles);
        var scored = Transformer(addsStandardDeviation, hasQuantiles).Transform(_data);
        var scores = scored.GetColumn<float>("Score").ToArray();
        var deviations = addsStandardDeviation ? scored.GetColumn<float>("ScoreStandardDeviation").ToArray() : null;
        var quantiles = hasQuantiles ? scored.GetColumn<float[]>("Quantiles").ToArray() : null;
        var (outputs, spread) = (new float[ensemble.OutputCount], new float[ensemble.OutputCount]);
        var crossings = 0;
        for (var i = 0; i < _rows.Length; i++)
        {
            ensemble.Forward(_rows[i].Features, outputs, spread);
            Assert.AreEqual(outputs[0], scores[i]);
            if (deviations is not null)
                Assert.AreEqual(spread[0], deviations[i]);
            if (quantiles is null)
                continue;
            CollectionAssert.AreEqual(outputs[1..].Order().ToArray(), quantiles[i]);
            crossings += outputs[1..].SequenceEqual(quantiles[i]) ? 0 : 1;
        }
        Assert.AreEqual(hasQuantiles, crossings > 0, "some of the networks' quantiles cross");
    }

    [TestMethod]
    [DynamicData(nameof(Choices))]
    public void A_loaded_model_gives_the_same_schema_and_the_same_bits(bool addsStandardDeviation, bool hasQuantiles)
    {
        var model = Transformer(addsStandardDeviation, hasQuantiles);
        var loaded = ModelFile.SaveAndLoad(_context, model, _data.Schema);
        CollectionAssert.AreEqual(
            TestTasks.Contents(model.Transform(_data)), TestTasks.Contents(loaded.Transform(_data)));
        CollectionAssert.AreEqual(hasQuantiles ? Quantiles : [],
            ((AliceRegressionModelParameters)TestTasks.Parameters(loaded)).Quantiles.ToArray());
    }

    [TestMethod]
    public void Parallel_cursors_give_the_columns_of_a_serial_one()
    {
        var scored = Transformer(true, true).Transform(_context.Data.Cache(_data));
        var serial = Values(scored.GetRowCursor(scored.Schema));
        var parallel = new Dictionary<ulong, string>();
        var found = scored.GetRowCursorSet(scored.Schema, 2).AsParallel().Select(Values).ToArray();
        foreach (var (id, value) in found.SelectMany(values => values))
            parallel.Add(id, value);
        CollectionAssert.AreEquivalent(serial, parallel);
        Assert.HasCount(_rows.Length, serial);
    }

    [TestMethod]
    public void A_prediction_engine_gives_all_columns_and_allocates_nothing_per_row()
    {
        using var engine = _context.Model.CreatePredictionEngine<Row, FullPrediction>(
            Transformer(true, true), inputSchemaDefinition: TestModels.Schema(FeatureCount));
        var ensemble = Ensemble(hasQuantiles: true);
        var (outputs, spread) = (new float[1 + Levels], new float[1 + Levels]);
        var prediction = new FullPrediction();
        for (var i = 0; i < 100; i++)
        {
            engine.Predict(_rows[i], ref prediction);
            ensemble.Forward(_rows[i].Features, outputs, spread);
            Assert.AreEqual(outputs[0], prediction.Score);
            Assert.AreEqual(spread[0], prediction.ScoreStandardDeviation);
            CollectionAssert.AreEqual(outputs[1..].Order().ToArray(), prediction.Quantiles);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            engine.Predict(_rows[i], ref prediction);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Evaluation_and_permutation_feature_importance_use_the_score()
    {
        // Score and label are the third feature; the quantiles are far from it.
        var network = new DenseNetwork(
            [FeatureCount, 3], Activation.ReLU, [0, 0, 0, 0, 0, 0, 1, 0, 0, .. new float[9], 0, 100, 200]);
        foreach (var row in _rows)
            row.Label = row.Features[2];
        var model = Transformer(new AliceRegressionModelParameters(
            _context, new NetworkEnsemble([new(network), new(network)]), true, [0.1f, 0.9f]));
        Assert.AreEqual(0, _context.Regression.Evaluate(model.Transform(_data)).RootMeanSquaredError, 1e-6);
        var importance = _context.Regression.PermutationFeatureImportance(model, _data, permutationCount: 2);
        for (var f = 0; f < FeatureCount; f++)
            Assert.AreEqual(f == 2, importance[f].RSquared.Mean < -0.1, $"feature {f}: {importance[f].RSquared.Mean}");
    }

    [TestMethod]
    public void A_mapper_gives_the_score_of_a_model_with_quantiles()
    {
        var ensemble = Ensemble(hasQuantiles: true);
        var parameters = new AliceRegressionModelParameters(_context, ensemble, quantiles: Quantiles);
        var mapper = ((IValueMapper)parameters).GetMapper<VBuffer<float>, float>();
        var outputs = new float[1 + Levels];
        ensemble.Forward(_rows[0].Features, outputs);
        var score = 0f;
        mapper(new VBuffer<float>(FeatureCount, _rows[0].Features), ref score);
        Assert.AreEqual(outputs[0], score);
    }

    [TestMethod]
    [DataRow(new[] { 0f, 0.5f }, "Quantile 0 is 0; quantiles are between 0 and 1 and ascending.")]
    [DataRow(new[] { 0.5f, 1f }, "Quantile 1 is 1; quantiles are between 0 and 1 and ascending.")]
    [DataRow(new[] { 0.5f, 0.5f }, "Quantile 1 is 0.5; quantiles are between 0 and 1 and ascending.")]
    [DataRow(new[] { float.NaN }, "Quantile 0 is NaN; quantiles are between 0 and 1 and ascending.")]
    public void Levels_that_are_not_ascending_between_0_and_1_are_refused(float[] levels, string message)
    {
        var network = TestModels.Network(Activation.ReLU, seed: 1, FeatureCount, 1 + levels.Length);
        var e = Assert.ThrowsExactly<ArgumentException>(
            () => new AliceRegressionModelParameters(_context, network, quantiles: levels));
        StringAssert.StartsWith(e.Message, message);
    }

    [TestMethod]
    public void Networks_that_cannot_give_the_columns_are_refused()
    {
        DenseNetwork Network(int outputs) => TestModels.Network(Activation.ReLU, seed: 1, FeatureCount, outputs);
        var e = Assert.ThrowsExactly<ArgumentException>(
            () => new AliceRegressionModelParameters(_context, Network(3), quantiles: Quantiles));
        StringAssert.StartsWith(e.Message, "The network has 3 outputs; with 3 quantiles it has 4.");
        e = Assert.ThrowsExactly<ArgumentException>(
            () => new AliceRegressionModelParameters(_context, Network(1), addsStandardDeviation: true));
        StringAssert.StartsWith(e.Message, "One network has no standard deviation; it takes two.");
    }

    [TestMethod]
    public void Damaged_columns_are_refused()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        new RegressionColumns(true, Quantiles).Save(writer);
        var bytes = stream.ToArray();
        CollectionAssert.AreEqual(Quantiles, Load(bytes).Levels.ToArray());
        Assert.IsTrue(Load(bytes).AddsStandardDeviation);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            var e = Assert.ThrowsExactly<FormatException>(() => Load(damaged), $"bit {bit}");
            StringAssert.StartsWith(e.Message, "The model cannot be read: ");
        }
        for (var length = 0; length < bytes.Length; length++)
            Assert.ThrowsExactly<FormatException>(() => Load(bytes[..length]), $"{length} bytes");

        RegressionColumns Load(byte[] content) => RegressionColumns.Load(new BinaryReader(new MemoryStream(content)));
    }

    [TestMethod]
    public void Features_of_another_length_are_refused_with_both_types()
    {
        var other = TestModels.View(_context, TestModels.Rows(seed: 3, count: 1, featureCount: 5), featureCount: 5);
        var e = Assert.Throws<Exception>(() => Transformer(true, true).Transform(other));
        Assert.AreEqual(
            "The feature column 'Features' is Vector<Single, 5>, but the model was trained with Vector<Single, 6>",
            e.Message);
    }

    // Random networks: their quantiles cross in many rows.
    private static NetworkEnsemble Ensemble(bool hasQuantiles)
    {
        var outputs = hasQuantiles ? 1 + Levels : 1;
        var encoder = TestEnsembles.Encoder(seed: 1, FeatureCount);
        return new(
        [
            new(TestModels.Network(Activation.ReLU, seed: 1, FeatureCount, 8, outputs)),
            new(TestModels.Network(Activation.ReLU, seed: 2, encoder.OutputCount, 8, outputs), encoder),
            new(TestModels.Network(Activation.GELU, seed: 3, FeatureCount, 5, 5, outputs)),
        ]);
    }

    private RegressionPredictionTransformer<AliceRegressionModelParameters> Transformer(
        bool addsStandardDeviation, bool hasQuantiles) => Transformer(new AliceRegressionModelParameters(
            _context, Ensemble(hasQuantiles), addsStandardDeviation, hasQuantiles ? Quantiles : null));

    private RegressionPredictionTransformer<AliceRegressionModelParameters> Transformer(
        AliceRegressionModelParameters parameters) => new(_context, parameters, _data.Schema, nameof(Row.Features));

    private static Dictionary<ulong, string> Values(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            var values = new Dictionary<ulong, string>();
            var (score, deviation, quantiles, id) = (0f, 0f, default(VBuffer<float>), default(DataViewRowId));
            var getScore = cursor.GetGetter<float>(cursor.Schema["Score"]);
            var getDeviation = cursor.GetGetter<float>(cursor.Schema["ScoreStandardDeviation"]);
            var getQuantiles = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Quantiles"]);
            var getId = cursor.GetIdGetter();
            while (cursor.MoveNext())
            {
                getQuantiles(ref quantiles);
                getScore(ref score);
                getDeviation(ref deviation);
                getId(ref id);
                values.Add(id.Low, $"{score:R} {deviation:R} {TestTasks.Text(quantiles)}");
            }
            return values;
        }
    }

    private sealed class FullPrediction
    {
        public float Score { get; set; }

        public float ScoreStandardDeviation { get; set; }

        public float[] Quantiles { get; set; } = [];
    }
}
