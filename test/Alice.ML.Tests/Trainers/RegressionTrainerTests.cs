using Alice.ML.Models;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace Alice.ML.Tests.Trainers;

[TestClass]
public class RegressionTrainerTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static AliceRegressionTrainer.Options Quick(int seed = 1) =>
        new()
        {
            HiddenLayers = [16],
            NumberOfEpochs = 20,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Seed = seed,
            Device = "cpu"
        };

    [TestMethod]
    public void The_default_learns_a_smooth_function()
    {
        var model = _ml.Regression.Trainers.Alice().Fit(Example.View(_ml, Example.Smooth(1000)));
        var test = Example.View(_ml, Example.Smooth(500, seed: 2));
        var metrics = _ml.Regression.Evaluate(model.Transform(test));
        Assert.IsGreaterThan(0.99, metrics.RSquared);
    }

    [TestMethod]
    public void Scores_after_saving_and_loading_are_the_same_bit_for_bit()
    {
        var data = Example.View(_ml, Example.Smooth(200));
        var model = _ml.Transforms.NormalizeMinMax("Features").Append(_ml.Regression.Trainers.Alice(Quick())).Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext().Model.Load(stream, out var schema);
        CollectionAssert.AreEqual(Scores(model, data), Scores(loaded, data));
        Assert.AreEqual(data.Schema.Count, schema.Count);
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_model_and_another_seed_another()
    {
        var data = Example.View(_ml, Example.Smooth(300));
        var trainer = _ml.Regression.Trainers.Alice(Quick());
        var first = Scores(trainer.Fit(data), data);
        CollectionAssert.AreEqual(first, Scores(trainer.Fit(data), data), "Fit twice on one trainer");
        CollectionAssert.AreEqual(
            first, Scores(_ml.Regression.Trainers.Alice(Quick()).Fit(data), data), "another trainer");
        CollectionAssert.AreNotEqual(first, Scores(_ml.Regression.Trainers.Alice(Quick(seed: 2)).Fit(data), data));
    }

    [TestMethod]
    public void The_seed_of_the_MLContext_decides_where_the_options_have_none()
    {
        float[] Train(int? contextSeed)
        {
            var ml = new MLContext(contextSeed);
            var data = Example.View(ml, Example.Smooth(100));
            return Scores(ml.Regression.Trainers.Alice(hiddenLayers: [8], numberOfEpochs: 5).Fit(data), data);
        }
        CollectionAssert.AreEqual(Train(7), Train(7));
        CollectionAssert.AreNotEqual(Train(7), Train(8));
        CollectionAssert.AreNotEqual(Train(null), Train(null));
    }

    [TestMethod]
    public void A_weight_of_k_equals_the_row_repeated_k_times()
    {
        // One batch an epoch, so that both runs take the same steps.
        var options = Quick();
        options.BatchSize = 1000;
        options.NumberOfEpochs = 200;
        var rows = Example.Smooth(60);
        for (var i = 0; i < rows.Count; i++)
            rows[i].Weight = i % 3 + 1;
        var repeated = rows.SelectMany(row => Enumerable.Repeat(row, (int)row.Weight));
        var plain = _ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, repeated));
        options.ExampleWeightColumnName = "Weight";
        var weighted = _ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, rows));

        var data = Example.View(_ml, rows);
        var difference = Scores(plain, data).Zip(Scores(weighted, data), (a, b) => Math.Abs(a - b)).Max();
        Assert.IsLessThan(2e-2f, difference);
    }

    [TestMethod]
    public void Sparse_and_dense_features_give_the_same_model()
    {
        var rows = Example.Smooth(200);
        var dense = Example.View(_ml, rows);
        var sparse = _ml.Data.LoadFromEnumerable(rows.Select(r => new SparseExample
        {
            Label = r.Label,
            Features = new VBuffer<float>(4, 4, r.Features, [0, 1, 2, 3]),
        }), SchemaDefinitionWithSize());
        var a = Scores(_ml.Regression.Trainers.Alice(Quick()).Fit(dense), dense);
        var b = Scores(_ml.Regression.Trainers.Alice(Quick()).Fit(sparse), sparse);
        CollectionAssert.AreEqual(a, b);
    }

    [TestMethod]
    public void Rows_with_missing_labels_are_skipped_and_counted_in_a_warning()
    {
        var messages = new List<string>();
        _ml.Log += (_, e) => messages.Add(e.Message);
        var rows = Example.Smooth(100);
        var clean = Scores(_ml.Regression.Trainers.Alice(Quick()).Fit(Example.View(_ml, rows)),
            Example.View(_ml, rows));
        rows.Insert(50, new Example { Label = float.NaN });
        rows.Insert(10, new Example { Label = float.PositiveInfinity });
        var model = _ml.Regression.Trainers.Alice(Quick()).Fit(Example.View(_ml, rows));
        CollectionAssert.AreEqual(clean, Scores(model, Example.View(_ml, rows.Where(r => float.IsFinite(r.Label)))));
        Assert.IsTrue(messages.Any(m => m.Contains(
            "Skipped 2 of 102 rows: 2 with a missing or infinite value in the label column 'Label'.",
            StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Rows_left_out_are_counted_by_reason()
    {
        var messages = new List<string>();
        _ml.Log += (_, e) => messages.Add(e.Message);
        var options = Quick();
        options.ExampleWeightColumnName = nameof(Example.Weight);
        var rows = Example.Smooth(100);
        rows.Add(new Example { Label = float.NaN });
        rows.AddRange([new() { Weight = float.NaN }, new() { Weight = float.PositiveInfinity }]);
        rows.AddRange([new() { Weight = 0 }, new() { Weight = 0 }, new() { Weight = 0 }]);
        var summary = _ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, rows)).Model.TrainingSummary!;
        Assert.AreEqual(100, summary.TrainingRows);
        const string expected = "Skipped 3 of 106 rows: 1 with a missing or infinite value in the label column "
            + "'Label', 2 with a missing or infinite value in the weight column 'Weight', "
            + "3 with a weight of 0 in the column 'Weight'.";
        Assert.IsTrue(messages.Any(m => m.Contains(expected, StringComparison.Ordinal)),
            string.Join('\n', messages));
    }

    [TestMethod]
    public void Messages_tell_rows_parameters_device_and_the_loss_of_every_epoch()
    {
        var messages = new List<string>();
        _ml.Log += (_, e) => messages.Add(e.Message);
        _ml.Regression.Trainers.Alice(Quick()).Fit(Example.View(_ml, Example.Smooth(100)));
        Assert.IsTrue(messages.Any(m => m.Contains(
            "Training on 100 rows of 4 features: 97 parameters, 20 epochs, batches of 64, device cpu, seed 1.",
            StringComparison.Ordinal)));
        Assert.IsTrue(messages.Any(m => m.Contains("Epoch 20 of 20: loss ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Progress_gets_every_epoch_with_a_falling_loss()
    {
        var epochs = new List<AliceEpoch>();
        var options = Quick();
        options.Progress = new Watcher(epochs.Add);
        _ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, Example.Smooth(500)));
        CollectionAssert.AreEqual(Enumerable.Range(1, 20).ToArray(), epochs.Select(e => e.Epoch).ToArray());
        Assert.IsLessThan(epochs[0].TrainingLoss / 4, epochs[^1].TrainingLoss);
        Assert.IsGreaterThan(epochs[0].GradientEvaluations, epochs[1].GradientEvaluations);
    }

    [TestMethod]
    [DataRow(Activation.ReLU)]
    [DataRow(Activation.GELU)]
    [DataRow(Activation.SiLU)]
    [DataRow(Activation.Tanh)]
    public void Every_activation_learns_and_scores_as_it_trained(Activation activation)
    {
        var epochs = new List<AliceEpoch>();
        var options = Quick();
        options.Activation = activation;
        options.NumberOfEpochs = 100;
        options.Progress = new Watcher(epochs.Add);
        var data = Example.View(_ml, Example.Smooth(500));
        var model = _ml.Regression.Trainers.Alice(options).Fit(data);
        var metrics = _ml.Regression.Evaluate(model.Transform(data));
        Assert.IsGreaterThan(0.97, metrics.RSquared);
        // The loss was measured while training, at the look-ahead points of a network that hardly moved any more.
        Assert.AreEqual(epochs[^1].TrainingLoss, metrics.MeanSquaredError, 0.2 * metrics.MeanSquaredError);
        foreach (var epoch in epochs)
        {
            Assert.HasCount(options.NumberOfNetworks, epoch.NetworkLosses);
            Assert.AreEqual(epoch.NetworkLosses.Average(), epoch.TrainingLoss, 1e-9 * epoch.TrainingLoss);
        }
    }

    [TestMethod]
    public void Dropout_trains_and_no_hidden_layer_is_a_linear_model()
    {
        var data = Example.View(_ml, Example.Smooth(500));
        var options = Quick();
        options.Dropout = 0.2;
        options.NumberOfEpochs = 60;
        Assert.IsGreaterThan(0.8,
            _ml.Regression.Evaluate(_ml.Regression.Trainers.Alice(options).Fit(data).Transform(data)).RSquared);

        var linear = _ml.Regression.Trainers.Alice(hiddenLayers: [], numberOfEpochs: 200).Fit(data);
        var scores = Scores(linear,
            _ml.Data.LoadFromEnumerable(
            new[] { 0f, 0.25f, 0.5f }.Select(x => new Example { Features = [x, 0, 5, 0] })));
        Assert.AreEqual(scores[1] - scores[0], scores[2] - scores[1], 1e-3f);
    }

    [TestMethod]
    public void Works_with_cross_validation_and_permutation_feature_importance()
    {
        var data = Example.View(_ml, Example.Smooth(300));
        var trainer = _ml.Regression.Trainers.Alice(hiddenLayers: [16], numberOfEpochs: 100);
        var folds = _ml.Regression.CrossValidate(data, trainer, numberOfFolds: 3);
        Assert.HasCount(3, folds);
        Assert.IsTrue(folds.All(f => f.Metrics.RSquared > 0.5));
        var importance = _ml.Regression.PermutationFeatureImportance(
            folds[0].Model as ISingleFeaturePredictionTransformer<object>
            ?? trainer.Fit(data), data);
        Assert.HasCount(4, importance);
    }

    [TestMethod]
    [DoNotParallelize]
    public void No_tensor_outlives_a_fit_nor_one_that_fails()
    {
        var data = Example.View(_ml, Example.Smooth(100));
        _ml.Regression.Trainers.Alice(Quick()).Fit(data);
        var before = LiveTensors.Count();
        _ml.Regression.Trainers.Alice(Quick()).Fit(data);
        Assert.AreEqual(before, torch.Tensor.TotalCount);

        var failing = Quick();
        failing.Progress = new Watcher(_ => throw new NotSupportedException("from the user's code"));
        Assert.ThrowsExactly<NotSupportedException>(() => _ml.Regression.Trainers.Alice(failing).Fit(data));
        Assert.AreEqual(before, torch.Tensor.TotalCount);
    }

    [TestMethod]
    public void NumberOfThreads_is_restored_after_Fit()
    {
        var before = torch.get_num_threads();
        var options = Quick();
        options.NumberOfThreads = before + 1;
        var during = 0;
        options.Progress = new Watcher(_ => during = torch.get_num_threads());
        _ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, Example.Smooth(100)));
        Assert.AreEqual(before + 1, during);
        Assert.AreEqual(before, torch.get_num_threads());
    }

    private float[] Scores(ITransformer model, IDataView data) => [.. _ml.Data
        .CreateEnumerable<Prediction>(model.Transform(data), reuseRowObject: false).Select(p => p.Score)];

    private static SchemaDefinition SchemaDefinitionWithSize()
    {
        var definition = SchemaDefinition.Create(typeof(SparseExample));
        definition["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 4);
        return definition;
    }

    private sealed class SparseExample
    {
        public float Label { get; set; }

        public VBuffer<float> Features { get; set; }
    }
}
