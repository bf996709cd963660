using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Tests.Trainers;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Ranks;

/// <summary>Ranks that all have all rows, and share the networks: what comes out is the model of one process.</summary>
[TestClass]
public class ReplicatedTests
{
    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void Ranks_give_the_model_of_one_process(int size)
    {
        // Three networks: with two ranks, one has more than the other.
        var alone = Regression(null, Open);
        foreach (var model in ThreadRanks.Run(size, communicator => Regression(communicator, Open)))
            AssertSame(alone, model);

        static void Open(AliceRegressionTrainer.Options options) =>
            (options.Effort, options.NumberOfNetworks) = (Effort.Quick, 3);
    }

    [TestMethod]
    public void Epochs_are_judged_alike_and_more_ranks_than_networks_wait()
    {
        var alone = Regression(null, Validated);
        foreach (var model in ThreadRanks.Run(3, communicator => Regression(communicator, Validated)))
            AssertSame(alone, model);
        Assert.AreEqual(StopReason.EarlyStopping, alone.TrainingSummary!.StopReason);

        static void Validated(AliceRegressionTrainer.Options options)
        {
            (options.HiddenLayers, options.WeightDecay, options.NumericEncoding) = ([8], 0, NumericEncoding.None);
            (options.NumberOfNetworks, options.BatchSize, options.NumberOfEpochs) = (2, 2, 60);
            (options.ValidationFraction, options.EarlyStoppingPatience) = (0.2, 2);
        }
    }

    [TestMethod]
    public void Classes_of_sparse_rows_are_learned_too()
    {
        var alone = Classes(null);
        foreach (var model in ThreadRanks.Run(2, Classes))
            CollectionAssert.AreEqual(Weights(alone.Ensemble), Weights(model.Ensemble));
    }

    // Hashed words are 2,048 columns, nearly all zeros; one word says what the class is.
    private static AliceMulticlassModelParameters Classes(Communicator? communicator)
    {
        var ml = new MLContext();
        var random = new Random(1);
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(row => new Line
        {
            Text = $"{"abc"[row % 3]} w{random.Next(500)} w{random.Next(500)}",
            Label = $"{row % 3}",
        }).ToArray());
        var options = new AliceMulticlassTrainer.Options
        {
            Communicator = communicator,
            Replicated = true,
            Seed = 1,
            NumberOfThreads = 1,
            NumberOfNetworks = 2,
            NumberOfEpochs = 3,
            Device = "cpu",
        };
        return ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Text.TokenizeIntoWords("Words", "Text"))
            .Append(ml.Transforms.Conversion.MapValueToKey("Words"))
            .Append(ml.Transforms.Text.ProduceHashedNgrams("Features", "Words", numberOfBits: 11, ngramLength: 1))
            .Append(ml.MulticlassClassification.Trainers.Alice(options)).Fit(data).LastTransformer.Model;
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Several_labels_are_learned_too(bool inFile)
    {
        var alone = Outputs(null);
        foreach (var model in ThreadRanks.Run(2, Outputs))
        {
            CollectionAssert.AreEqual(Weights(alone.Ensemble), Weights(model.Ensemble));
            Assert.AreEqual(alone.TrainingSummary!.Estimate!.Labels![1], model.TrainingSummary!.Estimate!.Labels![1]);
        }

        // A missing label, quantiles, validation and a comparison of plans.
        AliceMultioutputModelParameters Outputs(Communicator? communicator)
        {
            var ml = new MLContext();
            var rows = Rows().Select((row, i) => new TwoLabels
            {
                Features = row.Features,
                Both = [row.Label, i % 9 == 0 ? float.NaN : 100 * row.Features[0]],
            }).ToArray();
            return ml.Regression.Trainers.AliceMultioutput(new AliceMultioutputTrainer.Options
            {
                Communicator = communicator,
                Replicated = true,
                LabelColumnName = "Both",
                Quantiles = [0.1, 0.9],
                ValidationFraction = 0.1,
                MaximumMemory = inFile ? 2000 : null,
                Seed = 1,
                NumberOfThreads = 1,
                NumberOfNetworks = 3,
                Effort = Effort.Quick,
                Device = "cpu",
            }).Fit(ml.Data.LoadFromEnumerable(rows)).Model;
        }
    }

    [TestMethod]
    public void Flags_are_learned_too()
    {
        var alone = Flags(null);
        foreach (var model in ThreadRanks.Run(2, Flags))
            CollectionAssert.AreEqual(Weights(alone.Ensemble), Weights(model.Ensemble));

        AliceMultilabelModelParameters Flags(Communicator? communicator)
        {
            var ml = new MLContext();
            var rows = Rows().Select(row => new TwoLabels
            {
                Features = row.Features,
                Both = [row.Label > 10 ? 1 : 0, row.Features[0] > 0 ? 1 : 0],
            }).ToArray();
            return ml.BinaryClassification.Trainers.AliceMultilabel(new AliceMultilabelTrainer.Options
            {
                Communicator = communicator,
                Replicated = true,
                LabelColumnName = "Both",
                Seed = 1,
                NumberOfThreads = 1,
                NumberOfNetworks = 2,
                Effort = Effort.Quick,
                Device = "cpu",
            }).Fit(ml.Data.LoadFromEnumerable(rows)).Model;
        }
    }

    private sealed class TwoLabels
    {
        [VectorType(2)]
        public float[] Both { get; set; } = [];

        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = [];
    }

    [TestMethod]
    [DataRow(null, 1, 2)]
    [DataRow(null, 2, 1)]
    [DataRow(null, 2, 3)]
    [DataRow(4, 3, 2)]
    public void A_checkpoint_goes_on_with_any_number_of_ranks(int? epoch, int size, int later)
    {
        var path = Path.Combine(Path.GetTempPath(), $"alice-replicated-{Guid.NewGuid():N}");
        try
        {
            var whole = Regression(null, Open);
            foreach (var model in Train(size, stops: true))
                Assert.AreEqual(StopReason.Cancelled, model.TrainingSummary!.StopReason);
            foreach (var model in Train(later, stops: false))
                AssertSame(whole, model);
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".before");
        }

        static void Open(AliceRegressionTrainer.Options options) =>
            (options.Effort, options.NumberOfNetworks) = (Effort.Quick, 3);

        // Stops in the race after its first judgment, or in an epoch; the last rank alone is asked to.
        AliceRegressionModelParameters[] Train(int ranks, bool stops) => ThreadRanks.Run(ranks, communicator =>
        {
            using var source = new CancellationTokenSource();
            var isAsked = stops && communicator.Rank == ranks - 1;
            return Regression(communicator, options =>
            {
                Open(options);
                (options.CheckpointPath, options.ResumeFromCheckpoint) = (path, !stops);
                options.CheckpointInterval = TimeSpan.FromMilliseconds(1);
                options.CancellationToken = source.Token;
                if (isAsked)
                    options.Progress = new Watcher(now =>
                    {
                        if (now.Epoch == epoch)
                            source.Cancel();
                    });
            }, log: message =>
            {
                if (isAsked && epoch is null && message.Contains("steps: held-out loss"))
                    source.Cancel();
            });
        });
    }

    [TestMethod]
    public void Ranks_whose_rows_differ_are_named()
    {
        var results = ThreadRanks.Try(3, communicator =>
        {
            var rows = Rows();
            if (communicator.Rank == 2)
                rows[3].Features[1] += 1;
            return Regression(communicator, options => options.Effort = Effort.Quick, rows);
        });
        foreach (var (_, error) in results)
            Assert.AreEqual("Rank 2 of 3: Beside rank 0, the training data has other values of feature 1 of "
                + "'Features'. With Replicated every rank reads the same rows in the same order.", error!.Message);
    }

    private static List<Example> Rows() => Example.Smooth(240, 1);

    private static AliceRegressionModelParameters Regression(
        Communicator? communicator, Action<AliceRegressionTrainer.Options> change, List<Example>? rows = null,
        Action<string>? log = null)
    {
        var ml = new MLContext();
        ml.Log += (_, e) => log?.Invoke(e.RawMessage);
        var options = new AliceRegressionTrainer.Options
        {
            Communicator = communicator,
            Replicated = true,
            Seed = 1,
            Device = "cpu",
            NumberOfThreads = 1,
        };
        change(options);
        return ml.Regression.Trainers.Alice(options).Fit(Example.View(ml, rows ?? Rows())).Model;
    }

    private static void AssertSame(AliceRegressionModelParameters expected, AliceRegressionModelParameters actual)
    {
        CollectionAssert.AreEqual(Weights(expected.Ensemble), Weights(actual.Ensemble));
        var (one, other) = (expected.TrainingSummary!, actual.TrainingSummary!);
        Assert.AreEqual(one.Estimate, other.Estimate);
        CollectionAssert.AreEqual(
            one.Candidates.Select(Outcome).ToArray(), other.Candidates.Select(Outcome).ToArray());
        CollectionAssert.AreEqual(one.Epochs.Select(Figures).ToArray(), other.Epochs.Select(Figures).ToArray());
        CollectionAssert.AreEqual(one.Epochs.SelectMany(epoch => epoch.NetworkLosses).ToArray(),
            other.Epochs.SelectMany(epoch => epoch.NetworkLosses).ToArray());

        static (double, double, int) Outcome(AliceCandidate plan) => (plan.HeldOutLoss, plan.Epochs, plan.Networks);
        static AliceEpoch Figures(AliceEpoch epoch) => epoch with { Seconds = 0, NetworkLosses = [] };
    }

    private static float[] Weights(NetworkEnsemble model) =>
        [.. model.Members.SelectMany(member => member.Network.Weights.ToArray())];

    private sealed class Line
    {
        public string Text { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
