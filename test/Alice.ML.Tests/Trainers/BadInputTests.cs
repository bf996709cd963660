using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace Alice.ML.Tests.Trainers;

/// <summary>Every message here is part of what users see: it names the column or option, the value and the
/// remedy.</summary>
[TestClass]
public class BadInputTests
{
    private readonly MLContext _ml = new(seed: 1);

    private void FitFails(string message, IDataView data, AliceRegressionTrainer.Options? options = null)
    {
        var trainer = _ml.Regression.Trainers.Alice(options ?? new());
        var error = Assert.Throws<Exception>(() => trainer.Fit(data));
        StringAssert.StartsWith(error.Message, message);
    }

    private void OptionsFail(string message, AliceRegressionTrainer.Options options)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => _ml.Regression.Trainers.Alice(options));
        Assert.AreEqual(message, error.Message);
    }

    private IDataView Rows(params Example[] rows) => Example.View(_ml, rows);

    [TestMethod]
    public void Label_column_missing() => FitFails(
        "There is no label column 'fare'. The data has: 'Label', 'Weight', 'Features'. Set LabelColumnName to one "
        + "of them.",
        Rows(new Example()), new() { LabelColumnName = "fare" });

    [TestMethod]
    public void Feature_column_missing() => FitFails(
        "There is no feature column 'inputs'. The data has: 'Label', 'Weight', 'Features'. Set FeatureColumnName to "
        + "one of them.",
        Rows(new Example()), new() { FeatureColumnName = "inputs" });

    [TestMethod]
    public void Weight_column_missing() => FitFails(
        "There is no weight column 'w'. The data has: 'Label', 'Weight', 'Features'. Set ExampleWeightColumnName to "
        + "one of them.",
        Rows(new Example()), new() { ExampleWeightColumnName = "w" });

    [TestMethod]
    public void Label_of_the_wrong_type() => FitFails(
        "The label column 'Name' is of type String, but must be a Single: convert it with "
        + "Transforms.Conversion.ConvertType.",
        _ml.Data.LoadFromEnumerable(new[] { new NamedLabel() }), new() { LabelColumnName = "Name" });

    [TestMethod]
    public void Features_that_are_no_vector_of_numbers() => FitFails(
        "The feature column 'Name' is of type String, but must be a vector of Single: gather the inputs with "
        + "Transforms.Concatenate.",
        _ml.Data.LoadFromEnumerable(new[] { new Named() }), new() { FeatureColumnName = "Name" });

    [TestMethod]
    public void Vector_of_unknown_length() => FitFails(
        "The feature column 'Features' is of type Vector<Single>, but must be a vector of known length: "
        + "give the column a size where it is loaded or made.",
        _ml.Data.LoadFromEnumerable(new[] { new Named() }));

    [TestMethod]
    public void Label_that_does_not_vary() => FitFails(
        "The label column 'Label' is 3 in every row: there is nothing to learn. "
        + "Check that LabelColumnName names the column to predict.",
        Rows(new Example { Label = 3 }, new Example { Label = 3 }));

    [TestMethod]
    public void Label_missing_in_every_row() => FitFails(
        "The training data has no usable row: 2 with a missing or infinite value in the label column 'Label'.",
        Rows(new Example { Label = float.NaN }, new Example { Label = float.NaN }));

    [TestMethod]
    public void No_rows() => FitFails("The training data has no rows.", Rows());

    [TestMethod]
    public void Negative_weight() => FitFails(
        "The weight column 'Weight' holds -1: a weight must be 0 or more.",
        Rows(new Example { Weight = -1 }), new() { ExampleWeightColumnName = "Weight" });

    [TestMethod]
    public void Hidden_layer_of_size_0() => OptionsFail(
        "HiddenLayers is [64, 0], but every hidden layer must have 1 unit or more.", new() { HiddenLayers = [64, 0] });

    [TestMethod]
    public void Batch_size_0() => OptionsFail("BatchSize is 0, but must be 1 or more.", new() { BatchSize = 0 });

    [TestMethod]
    public void Unknown_device() => OptionsFail(
        "Device is 'gpu', but must be \"auto\", \"cpu\", \"cuda\" or \"cuda:N\".", new() { Device = "gpu" });

    [TestMethod]
    public void Every_bad_option_is_named_at_once() => OptionsFail(
        string.Join(Environment.NewLine,
            "LabelColumnName is '', but must name a column.",
            "Activation is 9, but must be one of ReLU, GELU, SiLU, Tanh.",
            "Dropout is 1, but must be 0 or more and below 1.",
            "NumberOfEpochs is 0, but must be 1 or more.",
            "LearningRate is NaN, but must be above 0 and finite.",
            "NumberOfThreads is -1, but must be 1 to 1024.",
            "Optimizer.Beta1 is 2; it must be 0 or more and below 1."),
        new()
        {
            LabelColumnName = "",
            Activation = (Activation)9,
            Dropout = 1,
            NumberOfEpochs = 0,
            LearningRate = double.NaN,
            NumberOfThreads = -1,
            Optimizer = AliceOptimizerOptions.Tabular with { Beta1 = 2 },
        });

    [TestMethod]
    public void Options_that_would_fail_later_are_refused_at_once()
    {
        foreach (var (options, message) in new (AliceRegressionTrainer.Options, string)[]
            {
                (new() { NumberOfThreads = 100_000 }, "NumberOfThreads is 100000, but must be 1 to 1024."),
                (new() { NumberOfNetworks = 1001 }, "NumberOfNetworks is 1001, but must be 1 to 1000."),
                (new() { HiddenLayers = new int[1000] }, string.Join(Environment.NewLine,
                    "HiddenLayers is [1000 layers], but at most 999 hidden layers are possible.",
                    $"HiddenLayers is [{string.Join(", ", new int[1000])}], but every hidden layer must have 1 unit "
                    + $"or more.")),
                (new() { Quantiles = [.. Enumerable.Range(1, 1001).Select(q => q / 1002.0)] },
                    "Quantiles is [1001 levels], but at most 1000 are possible."),
                (new() { Quantiles = [0.5, 0.5 + 1e-12] },
                    "Quantiles is [0.5, 0.500000000001], but must be between 0 and 1 and ascending, in single "
                    + "precision."),
                (new() { Quantiles = [1e-60] },
                    "Quantiles is [1E-60], but must be between 0 and 1 and ascending, in single precision."),
                (new() { Loss = RegressionLoss.Huber(1e300) },
                    "Loss is Huber(1E+300), but the threshold must be above 0 and finite in single precision: 1e-45 "
                    + "to 3e38."),
                (new() { Loss = RegressionLoss.Quantile(1e-60) },
                    "Loss is Quantile(1E-60), but the quantile must be between 0 and 1."),
                (new() { ExampleWeightColumnName = "" },
                    "ExampleWeightColumnName is '', but must name a column, or be null for none."),
                (new() { WeightDecay = 1000 },
                    "WeightDecay is 1000, but a step multiplies weights by 1 − learning rate · this, which must not "
                    + "be negative: lower it."),
            })
            OptionsFail(message, options);
    }

    [TestMethod]
    public void The_most_that_is_accepted_trains()
    {
        var rows =
            Rows([.. Enumerable.Range(0, 30).Select(i => new Example { Label = i, Features = [i, -i, i % 3, 1] })]);
        foreach (var options in new AliceRegressionTrainer.Options[]
            {
                new() { NumberOfThreads = 1024, NumberOfNetworks = 1 },
                new() { NumberOfThreads = 1024 },
                new() { NumberOfNetworks = 1000, HiddenLayers = [1] },
                new() { HiddenLayers = [.. Enumerable.Repeat(1, 999)], NumberOfNetworks = 1 },
                new() { Quantiles = [.. Enumerable.Range(1, 1000).Select(q => q / 1002.0)], NumberOfNetworks = 1 },
                new() { Loss = RegressionLoss.Huber(3e38), NumberOfNetworks = 1 },
            })
        {
            (options.NumberOfEpochs, options.NumericEncoding, options.WeightDecay) = (1, NumericEncoding.None, 0);
            Assert.IsTrue(_ml.Regression.Trainers.Alice(options).Fit(rows).Transform(rows).GetColumn<float>("Score")
                .All(float.IsFinite));
        }
    }

    [TestMethod]
    public void Patience_without_rows_to_measure_on() => FitFails(
        "EarlyStoppingPatience is 5, but there are no validation rows: give Fit validation data, or set "
        + "ValidationFraction.",
        Rows(new Example { Label = 1 }, new Example { Label = 2 }), new() { EarlyStoppingPatience = 5 });

    [TestMethod]
    public void An_empty_validation_set_is_named_as_such()
    {
        var trainer = _ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options());
        var rows = Rows(new Example { Label = 1 }, new Example { Label = 2 });
        Assert.AreEqual("The validation data has no rows.",
            Assert.Throws<InvalidOperationException>(() => trainer.Fit(rows, Rows())).Message);
        var missing = Rows(new Example { Label = float.NaN });
        Assert.AreEqual(
            "The validation data has no usable row: 1 with a missing or infinite value in the label column 'Label'.",
            Assert.Throws<InvalidOperationException>(() => trainer.Fit(rows, missing)).Message);
    }

    [TestMethod]
    public void A_generator_in_the_optimizer_options()
    {
        using var generator = new torch.Generator(1);
        OptionsFail("Optimizer.Generator is set, but a trainer draws from its own generator: set Seed instead.",
            new() { Optimizer = AliceOptimizerOptions.Tabular with { Generator = generator } });
    }

    [TestMethod]
    public void Cuda_asked_for_where_there_is_none()
    {
        if (torch.cuda.is_available())
            Assert.Inconclusive("This machine has CUDA.");
        FitFails("Device is 'cuda', but libtorch finds no CUDA here. Add the package TorchSharp-cuda-linux",
            Rows(new Example()), new() { Device = "cuda" });
    }

    private sealed class Named
    {
        public string Name { get; set; } = "";

        public float Label { get; set; }

        public float[] Features { get; set; } = [];
    }

    private sealed class NamedLabel
    {
        public string Name { get; set; } = "";

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
