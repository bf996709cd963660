using Alice.ML.Models;
using Alice.ML.Tests.Tool;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>Fits whose rows would take more than MaximumMemory.</summary>
[TestClass]
public sealed class MaximumMemoryTests
{
    private const int Rows = 6000;

    // A quarter of the rows.
    private const long Little = Rows * (Example.Inputs + 1);

    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _messages = [];

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private AliceRegressionTrainer.Options Options(long? memory, Action<AliceRegressionTrainer.Options>? change = null)
    {
        var options = new AliceRegressionTrainer.Options
        {
            HiddenLayers = [16],
            Seed = 1,
            Device = "cpu",
            MaximumMemory = memory,
            TemporaryFolder = _folder.PathOf(""),
        };
        change?.Invoke(options);
        return options;
    }

    private RegressionPredictionTransformer<AliceRegressionModelParameters> Fit(
        AliceRegressionTrainer.Options options, IDataView data, IDataView? validation = null)
    {
        _messages.Clear();
        _ml.Log += Keep;
        var trainer = _ml.Regression.Trainers.Alice(options);
        var model = validation is null ? trainer.Fit(data) : trainer.Fit(data, validation);
        _ml.Log -= Keep;
        Assert.IsEmpty(Directory.GetFiles(_folder.PathOf("")));
        return model;

        void Keep(object? sender, LoggingEventArgs log) => _messages.Add(log.Message);
    }

    private bool UsedFile => _messages.Any(message => message.Contains("temporary file"));

    private double Error(ITransformer model) => _ml.Regression.Evaluate(
        model.Transform(Example.View(_ml, Example.Smooth(4000, seed: 9)))).RootMeanSquaredError;

    private IDataView View(bool knowsCount) => knowsCount ? Example.View(_ml, Example.Smooth(Rows))
        : Example.View(_ml, Example.Smooth(Rows).Select(row => row));

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Rows_in_a_file_give_a_model_as_good_as_rows_in_memory(bool knowsCount)
    {
        var inMemory = Error(Fit(Options(null), View(knowsCount)));
        Assert.IsFalse(UsedFile);
        var inFile = Error(Fit(Options(Little), View(knowsCount)));
        Assert.IsTrue(UsedFile);
        // The label's deviation is 1.9; seeds alone change the error by a tenth of itself.
        Assert.IsLessThan(0.2, inMemory);
        Assert.AreEqual(inMemory, inFile, 0.5 * inMemory);
    }

    [TestMethod]
    public void The_file_is_used_only_where_rows_would_take_more()
    {
        // Six orders of rows: four in the race, one of the folds, one in the final training.
        var needed = 4L * Rows * (Example.Inputs + 1 + 6);
        var model = Fit(Options(needed, o => o.NumberOfEpochs = 1), View(true));
        Assert.IsFalse(UsedFile);
        Fit(Options(needed - 1, o => o.NumberOfEpochs = 1), View(true));
        Assert.IsTrue(UsedFile);
        // With room enough, the option changes nothing.
        var free = Fit(Options(null, o => o.NumberOfEpochs = 1), View(true));
        Assert.AreEqual(Error(free), Error(model));
    }

    [TestMethod]
    public void The_seed_decides_the_model()
    {
        var options = Options(Little, o => (o.NumberOfEpochs, o.NumberOfThreads) = (2, 2));
        var first = Error(Fit(options, View(true)));
        Assert.AreEqual(first, Error(Fit(options, View(false))));
        options.NumberOfThreads = 1;
        Assert.AreEqual(first, Error(Fit(options, View(true))));
        options.Seed = 2;
        Assert.AreNotEqual(first, Error(Fit(options, View(true))));
    }

    [TestMethod]
    public void Weights_validation_extreme_labels_and_an_initial_model_work_with_a_file()
    {
        var rows = Example.Smooth(Rows);
        for (var i = 0; i < Rows; i++)
            rows[i].Weight = i % 2 == 0 ? 1 : 1e-6f;
        // Rows that weigh nothing say the opposite.
        foreach (var row in rows.Where(row => row.Weight < 1))
            row.Label = 20 - row.Label;
        rows[16].Label = 1e9f;
        var options = Options(Little, o => (o.ExampleWeightColumnName, o.ValidationFraction) = ("Weight", 0.2));
        options.NumberOfEpochs = 30;
        var model = Fit(options, Example.View(_ml, rows), null);
        Assert.IsTrue(UsedFile);
        Assert.AreEqual(Rows - 1, model.Model.TrainingSummary!.TrainingRows
            + model.Model.TrainingSummary.ValidationRows);
        Assert.IsLessThan(0.4, Error(model));
        Assert.IsLessThan(0.4, Error(_ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, rows), model.Model)));

        options.ValidationFraction = 0;
        model = Fit(options, Example.View(_ml, rows), Example.View(_ml, Example.Smooth(3000, seed: 3)));
        Assert.AreEqual(3000, model.Model.TrainingSummary!.ValidationRows);
        Assert.IsLessThan(0.4, Error(model));
    }

    [TestMethod]
    public void Several_labels_stay_with_their_rows_in_a_file()
    {
        var data = _ml.Data.LoadFromEnumerable(Example.Smooth(Rows).Select(row => new Two
        {
            Features = row.Features,
            Label = [row.Label, -3 * row.Features[0]],
        }).ToArray());
        var options = new AliceMultioutputTrainer.Options
        {
            HiddenLayers = [16],
            Seed = 1,
            MaximumMemory = Little,
            TemporaryFolder = _folder.PathOf(""),
            NumberOfNetworks = 1,
            NumberOfEpochs = 10,
            WeightDecay = 0,
            NumericEncoding = NumericEncoding.None,
        };
        _ml.Log += (_, log) => _messages.Add(log.Message);
        var model = _ml.Regression.Trainers.AliceMultioutput(options).Fit(data);
        Assert.IsTrue(UsedFile);
        foreach (var label in _ml.Regression.EvaluateMultioutput(model.Transform(data), "Label"))
            Assert.IsGreaterThan(0.95, label.Metrics!.RSquared, label.Label);
    }

    private sealed class Two
    {
        [VectorType(2)]
        public float[] Label { get; set; } = [];

        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = [];
    }

    [TestMethod]
    public void Layers_that_libtorch_multiplies_read_the_file_too()
    {
        // More than what vector kernels are for: 1,024 rows · 1,024 · 1,024 products.
        void Large(AliceRegressionTrainer.Options o) =>
            (o.HiddenLayers, o.BatchSize, o.NumberOfNetworks, o.NumberOfEpochs,
            o.WeightDecay, o.NumericEncoding) = ([1024, 1024], 1024, 1, 2, 0, NumericEncoding.None);
        var inFile = Error(Fit(Options(Little, Large), View(true)));
        Assert.IsTrue(UsedFile);
        Assert.AreEqual(Error(Fit(Options(null, Large), View(true))), inFile, 0.5);
    }

    [TestMethod]
    public void A_run_that_was_cancelled_goes_on_with_the_same_rows()
    {
        var options = Options(Little, o => o.NumberOfEpochs = 6);
        var whole = Error(Fit(options, View(true)));
        using var stop = new CancellationTokenSource();
        options.CheckpointPath = Path.Combine(Directory.CreateDirectory(_folder.PathOf("run")).FullName, "run.ckpt");
        options.CancellationToken = stop.Token;
        options.Progress = new Watcher(epoch =>
        {
            if (epoch.Epoch == 2)
                stop.Cancel();
        });
        Fit(options, View(true));
        (options.CancellationToken, options.Progress, options.ResumeFromCheckpoint) = (default, null, true);
        options.MaximumMemory = null;
        var error = Assert.Throws<Exception>(() => Fit(options, View(true)));
        StringAssert.Contains(error.Message, "MaximumMemory");
        options.MaximumMemory = Little;
        Assert.AreEqual(whole, Error(Fit(options, View(true))));
    }

    [TestMethod]
    public void A_folder_that_is_not_there_and_a_negative_memory_are_refused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => _ml.Regression.Trainers.Alice(
            Options(-1, o => o.TemporaryFolder = _folder.PathOf("nowhere"))));
        StringAssert.Contains(error.Message, "MaximumMemory is -1");
        StringAssert.Contains(error.Message, "nowhere");
    }

    [TestMethod]
    public void The_file_is_gone_after_an_error_in_the_source()
    {
        var rows = Example.Smooth(Rows).Select((row, i) => i < Rows - 1 ? row : throw new InvalidDataException("torn"));
        Assert.Throws<Exception>(() => _ml.Regression.Trainers.Alice(Options(Little)).Fit(Example.View(_ml, rows)));
        Assert.IsEmpty(Directory.GetFiles(_folder.PathOf("")));
    }

    [TestMethod]
    public void Sparse_rows_that_take_more_are_refused_with_the_remedy()
    {
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(row => new Wide { Label = row }));
        var error = Assert.Throws<InvalidOperationException>(
            () => _ml.Regression.Trainers.Alice(Options(5000)).Fit(rows));
        StringAssert.Contains(error.Message, "raise MaximumMemory");
    }

    private sealed class Wide
    {
        public float Label { get; set; }

        [VectorType(2000)]
        public float[] Features { get; set; } = new float[2000];
    }
}
