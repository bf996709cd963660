using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Tests.Trainers;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Ranks;

/// <summary>Fits of several ranks, each with its own rows, against the fit of one with all of them. A minibatch of all
/// rows is the same whoever has them.</summary>
[TestClass]
public class RanksTests
{
    private const int Rows = 240;

    [TestMethod]
    [DataRow(2, NumericEncoding.None)]
    [DataRow(3, NumericEncoding.None)]
    [DataRow(3, NumericEncoding.NormalScores)]
    [DataRow(3, NumericEncoding.PiecewiseLinear)]
    public void Ranks_learn_the_weights_of_one_machine(int size, NumericEncoding encoding)
    {
        var alone = Fit(null, Make(Rows), encoding);
        var ranks = ThreadRanks.Run(size, communicator => Fit(communicator, Part(Make(Rows), communicator), encoding));
        foreach (var model in ranks)
        {
            Assert.AreEqual(Rows, model.TrainingSummary!.TrainingRows);
            for (var network = 0; network < alone.Ensemble.Members.Count; network++)
                AssertClose(
                    alone.Ensemble.Members[network].Network.Weights.Span,
                    model.Ensemble.Members[network].Network.Weights.Span);
        }
    }

    [TestMethod]
    public void All_ranks_give_the_same_model_where_plans_are_compared()
    {
        var rows = Make(300);
        var alone = Fit(null, rows, Race);
        var ranks = ThreadRanks.Run(3, communicator => Fit(communicator, Part(rows, communicator), Race));
        foreach (var model in ranks)
        {
            CollectionAssert.AreEqual(Weights(ranks[0]), Weights(model));
            Assert.AreEqual(ranks[0].TrainingSummary!.Estimate, model.TrainingSummary!.Estimate);
        }
        Assert.HasCount(alone.TrainingSummary!.Candidates.Count, ranks[0].TrainingSummary!.Candidates);
        Assert.IsLessThan(1.5 * Error(alone, rows), Error(ranks[0], rows));

        static void Race(AliceRegressionTrainer.Options options) =>
            (options.Effort, options.NumberOfEpochs, options.BatchSize) = (Effort.Quick, 24, 32);
    }

    [TestMethod]
    public void Ranks_of_few_rows_take_as_many_steps_as_the_others()
    {
        // The last rank has three rows, and there are 30 minibatches: most have none of them.
        var rows = Make(243);
        var alone = Fit(null, rows, Small);
        var ranks = ThreadRanks.Run(2, communicator => Fit(communicator,
            communicator.Rank == 0 ? rows[..240] : rows[240..], Small));
        CollectionAssert.AreEqual(Weights(ranks[0]), Weights(ranks[1]));
        Assert.IsLessThan(1.3 * Error(alone, rows), Error(ranks[0], rows));

        static void Small(AliceRegressionTrainer.Options options)
        {
            Fixed(options);
            (options.BatchSize, options.NumberOfEpochs) = (8, 20);
        }
    }

    [TestMethod]
    public void Early_stopping_and_validation_are_decided_once_for_all()
    {
        var rows = Make(600);
        var ranks = ThreadRanks.Run(3, communicator => Fit(communicator, Part(rows, communicator), options =>
        {
            Fixed(options);
            (options.BatchSize, options.NumberOfEpochs) = (60, 400);
            (options.ValidationFraction, options.EarlyStoppingPatience) = (0.2, 3);
        }));
        var epochs = ranks[0].TrainingSummary!.Epochs;
        Assert.AreEqual(StopReason.EarlyStopping, ranks[0].TrainingSummary!.StopReason);
        foreach (var model in ranks)
        {
            CollectionAssert.AreEqual(
                epochs.Select(e => (e.TrainingLoss, e.ValidationLoss, e.Seconds)).ToArray(),
                model.TrainingSummary!.Epochs.Select(e => (e.TrainingLoss, e.ValidationLoss, e.Seconds)).ToArray());
            CollectionAssert.AreEqual(Weights(ranks[0]), Weights(model));
            Assert.AreEqual(120, model.TrainingSummary.ValidationRows);
        }
    }

    [TestMethod]
    public void One_rank_that_is_cancelled_ends_all_at_the_same_step()
    {
        var rows = Make(600);
        var ranks = ThreadRanks.Run(3, communicator =>
        {
            using var source = new CancellationTokenSource();
            return Fit(communicator, Part(rows, communicator), options =>
            {
                Fixed(options);
                (options.BatchSize, options.NumberOfEpochs) = (32, 1000);
                options.CancellationToken = source.Token;
                if (communicator.Rank == 1)
                    options.Progress = new Watcher(epoch =>
                    {
                        if (epoch.Epoch == 5)
                            source.Cancel();
                    });
            });
        });
        foreach (var model in ranks)
        {
            Assert.AreEqual(StopReason.Cancelled, model.TrainingSummary!.StopReason);
            Assert.HasCount(5, model.TrainingSummary.Epochs);
            CollectionAssert.AreEqual(Weights(ranks[0]), Weights(model));
        }
    }

    [TestMethod]
    public void The_time_of_rank_0_is_that_of_all()
    {
        var rows = Make(300);
        var ranks = ThreadRanks.Run(2, communicator => Fit(communicator, Part(rows, communicator),
            options => (options.NumberOfEpochs, options.MaximumTrainingTime) = (100_000, TimeSpan.FromSeconds(1))));
        CollectionAssert.AreEqual(Weights(ranks[0]), Weights(ranks[1]));
        Assert.AreEqual(StopReason.MaximumTrainingTime, ranks[1].TrainingSummary!.StopReason);
    }

    [TestMethod]
    public void A_rank_that_cannot_read_its_rows_is_named_on_all()
    {
        var results = ThreadRanks.Try(3, communicator => Fit(communicator,
            communicator.Rank == 1 ? [] : Make(50), Fixed));
        foreach (var (_, error) in results)
            Assert.AreEqual("Rank 1 of 3: The training data has no rows.", error!.Message);
    }

    [TestMethod]
    public void Options_that_differ_are_named()
    {
        var results = ThreadRanks.Try(3, communicator => Fit(communicator, Make(50), options =>
        {
            Fixed(options);
            options.BatchSize = 8 + communicator.Rank / 2;
        }));
        foreach (var (_, error) in results)
            Assert.AreEqual("Rank 2 of 3 and rank 0 differ in the option BatchSize: set it alike on all ranks.",
                error!.Message);
    }

    [TestMethod]
    public void Options_that_ranks_with_own_rows_cannot_have_are_refused_with_the_remedy()
    {
        foreach (var (change, message) in new (Action<AliceRegressionTrainer.Options>, string)[]
        {
            (o => o.NumberOfThreads = 2, "NumberOfThreads is 2, but ranks that divide the rows train on one thread "
                + "each: leave it null and start more ranks, or set Replicated."),
            (o => o.MaximumMemory = 1 << 20, "MaximumMemory is 1048576, but ranks that divide the rows keep them in "
                + "memory: leave it null and start more ranks, or set Replicated."),
            (o => o.TemporaryFolder = "/", "TemporaryFolder is '/', but ranks that divide the rows keep them in "
                + "memory: leave it null, or set Replicated."),
            (o => o.Device = "cuda", "Device is 'cuda', but with a Communicator training is on the CPU: set 'cpu'."),
        })
            foreach (var (_, error) in ThreadRanks.Try(2, communicator => Fit(communicator, Make(50), change)))
            {
                Assert.IsInstanceOfType<ArgumentException>(error);
                Assert.AreEqual(message, error.Message);
            }
        // With all rows on every rank they work.
        foreach (var (model, error) in ThreadRanks.Try(2, communicator => Fit(communicator, Make(240), options =>
        {
            Fixed(options);
            (options.Replicated, options.NumberOfThreads, options.MaximumMemory, options.NumberOfEpochs) =
                (true, 2, 2000, 2);
        })))
            Assert.IsNotNull(model, $"{error}");
    }

    [TestMethod]
    public void Several_labels_are_refused_before_any_row_is_read()
    {
        var read = 0;
        foreach (var (_, error) in ThreadRanks.Try(2, communicator =>
        {
            var ml = new MLContext();
            var rows = Make(50).Select(row => new Labels { Both = [row.Label, 1], Features = row.Features })
                .Select(row => Interlocked.Increment(ref read) > 0 ? row : row);
            return ml.Regression.Trainers.AliceMultioutput(new AliceMultioutputTrainer.Options
            {
                Communicator = communicator,
                LabelColumnName = "Both",
            }).Fit(ml.Data.LoadFromEnumerable(rows));
        }))
            Assert.AreEqual("Communicator has 2 ranks, Replicated is false, and the label column 'Both' has 2 labels: "
                + "ranks that divide the rows learn one label. Give every rank all rows and set Replicated, train "
                + "without a Communicator, or train a model for each label.", error!.Message);
        Assert.AreEqual(0, read);
    }

    private sealed class Labels
    {
        [VectorType(2)]
        public float[] Both { get; set; } = [];

        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = [];
    }

    [TestMethod]
    public void A_rank_that_fails_alone_ends_the_others()
    {
        var results = ThreadRanks.Try(3, communicator => Fit(communicator, Make(100), options =>
        {
            Fixed(options);
            if (communicator.Rank == 1)
                options.Progress = new Watcher(epoch => throw new IOException("no space left"));
        }));
        Assert.IsInstanceOfType<IOException>(results[1].Error);
        Assert.AreEqual("rank 1 cannot go on: no space left", results[0].Error!.Message);
        Assert.AreEqual("rank 1 cannot go on: no space left", results[2].Error!.Message);
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(2)]
    public void A_checkpoint_resumes_also_with_another_number_of_ranks(int later)
    {
        var path = Path.Combine(Path.GetTempPath(), $"alice-ranks-{Guid.NewGuid():N}");
        try
        {
            var rows = Make(240);
            var whole = Train(3, null);
            var interrupted = Train(3, 6);
            Assert.AreEqual(StopReason.Cancelled, interrupted[0].TrainingSummary!.StopReason);
            var resumed = Train(later, null, resumes: true);
            foreach (var model in resumed)
            {
                CollectionAssert.AreEqual(Weights(resumed[0]), Weights(model));
                Assert.HasCount(12, model.TrainingSummary!.Epochs);
            }
            if (later == 3)
                CollectionAssert.AreEqual(Weights(whole[0]), Weights(resumed[0]));
            else
                Assert.IsLessThan(1.3 * Error(whole[0], rows), Error(resumed[0], rows));

            AliceRegressionModelParameters[] Train(int size, int? stop, bool resumes = false) =>
                ThreadRanks.Run(size, communicator =>
                {
                    using var source = new CancellationTokenSource();
                    return Fit(communicator, Part(rows, communicator), options =>
                    {
                        Fixed(options);
                        (options.BatchSize, options.NumberOfEpochs) = (32, 12);
                        (options.CheckpointPath, options.ResumeFromCheckpoint) =
                            (stop is null && !resumes ? null : path, resumes);
                        options.CancellationToken = source.Token;
                        options.Progress = new Watcher(epoch =>
                        {
                            if (epoch.Epoch == stop)
                                source.Cancel();
                        });
                    });
                });
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".before");
        }
    }

    [TestMethod]
    public void A_checkpoint_of_classes_resumes_with_fewer_ranks()
    {
        var path = Path.Combine(Path.GetTempPath(), $"alice-ranks-{Guid.NewGuid():N}");
        try
        {
            Train(3, stops: true);
            var resumed = Train(2, stops: false);
            CollectionAssert.AreEqual(Weights(resumed[0].Ensemble), Weights(resumed[1].Ensemble));
            Assert.HasCount(6, resumed[0].TrainingSummary!.Epochs);
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".before");
        }

        AliceMulticlassModelParameters[] Train(int size, bool stops) => ThreadRanks.Run(size, communicator =>
        {
            var ml = new MLContext();
            using var source = new CancellationTokenSource();
            // The keys are of all rows, on every rank.
            var data = ml.Transforms.Conversion.MapValueToKey("Label")
                .Fit(Example.View(ml, Classes(120))).Transform(Example.View(ml, Part(Classes(120), communicator)));
            return ml.MulticlassClassification.Trainers.Alice(new AliceMulticlassTrainer.Options
            {
                Communicator = communicator,
                Seed = 1,
                HiddenLayers = [8],
                NumberOfNetworks = 1,
                WeightDecay = 0,
                NumericEncoding = NumericEncoding.None,
                Dropout = 0.1,
                NumberOfEpochs = 6,
                BatchSize = 32,
                CheckpointPath = path,
                ResumeFromCheckpoint = !stops,
                CancellationToken = source.Token,
                Progress = new Watcher(epoch =>
                {
                    if (stops && epoch.Epoch == 3)
                        source.Cancel();
                }),
            }).Fit(data).Model;
        });

        static List<Example> Classes(int count)
        {
            var rows = Example.Smooth(count);
            foreach (var row in rows)
                row.Label = MathF.Round(row.Label / 3);
            return rows;
        }
    }

    [TestMethod]
    public void A_checkpoint_of_a_race_tells_how_many_ranks_it_needs()
    {
        var path = Path.Combine(Path.GetTempPath(), $"alice-ranks-{Guid.NewGuid():N}");
        try
        {
            var whole = Train(2, null, stops: false);
            Assert.AreEqual(StopReason.Cancelled, Train(2, path, stops: true)[0].Result!.TrainingSummary!.StopReason);
            foreach (var (_, error) in Train(3, path, stops: false))
                Assert.Contains("its 2 ranks held out other rows than 3 would: start as many as then", error!.Message);
            foreach (var (model, _) in Train(2, path, stops: false))
                CollectionAssert.AreEqual(Weights(whole[0].Result!), Weights(model!));
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".before");
        }

        static (AliceRegressionModelParameters? Result, Exception? Error)[] Train(int size, string? path, bool stops) =>
            ThreadRanks.Try(size, communicator =>
            {
                using var source = new CancellationTokenSource();
                return Fit(communicator, Part(Make(240), communicator), options =>
                {
                    (options.Effort, options.NumberOfNetworks, options.BatchSize) = (Effort.Quick, 1, 60);
                    (options.CheckpointPath, options.ResumeFromCheckpoint) = (path, path is not null && !stops);
                    options.CancellationToken = source.Token;
                }, message =>
                {
                    if (stops && message.Contains("steps: held-out loss"))
                        source.Cancel();
                });
            });
    }

    private static List<Example> Make(int count, int seed = 1)
    {
        var random = new Random(seed);
        var rows = Example.Smooth(count, seed);
        // Statistics must not be those of one part; weights count too; one column has missing values, one heavy tails.
        foreach (var (row, example) in rows.Index())
        {
            example.Weight = 0.5f + random.NextSingle();
            example.Features[1] += row;
            if (row % 7 == 3)
                example.Features[3] = float.NaN;
            example.Features[2] = MathF.Exp(300 * (example.Features[2] - 5));
        }
        return rows;
    }

    private static List<Example> Part(List<Example> rows, Communicator communicator)
    {
        // Twice as many for each next rank.
        var whole = (1 << communicator.Size) - 1;
        var (from, to) = ((1 << communicator.Rank) - 1, (2 << communicator.Rank) - 1);
        return rows[(from * rows.Count / whole)..(to * rows.Count / whole)];
    }

    private static AliceRegressionModelParameters Fit(
        Communicator? communicator, List<Example> rows, NumericEncoding encoding) => Fit(communicator, rows, options =>
        {
            Fixed(options);
            (options.NumericEncoding, options.NumberOfNetworks) = (encoding, 2);
            (options.BatchSize, options.NumberOfEpochs) = (Rows, 300);
        });

    // Nothing is left open.
    private static void Fixed(AliceRegressionTrainer.Options options)
    {
        (options.HiddenLayers, options.NumberOfNetworks, options.WeightDecay) = ([16], 1, 0);
        (options.NumericEncoding, options.NumberOfEpochs) = (NumericEncoding.None, 30);
    }

    private static AliceRegressionModelParameters Fit(
        Communicator? communicator, List<Example> rows, Action<AliceRegressionTrainer.Options> change,
        Action<string>? log = null)
    {
        var ml = new MLContext();
        ml.Log += (_, e) => log?.Invoke(e.RawMessage);
        var options = new AliceRegressionTrainer.Options
        {
            Communicator = communicator,
            ExampleWeightColumnName = "Weight",
            Seed = 1,
            Device = "cpu",
            NumberOfThreads = 1,
        };
        change(options);
        return ml.Regression.Trainers.Alice(options).Fit(Example.View(ml, rows)).Model;
    }

    private static float[] Weights(AliceRegressionModelParameters model) => Weights(model.Ensemble);

    private static float[] Weights(NetworkEnsemble ensemble) =>
        [.. ensemble.Members.SelectMany(member => member.Network.Weights.ToArray())];

    private static double Error(AliceRegressionModelParameters model, List<Example> rows)
    {
        var ml = new MLContext();
        var data = Example.View(ml, rows);
        var scored = new RegressionPredictionTransformer<AliceRegressionModelParameters>(
            ml, model, data.Schema, "Features").Transform(data);
        return ml.Regression.Evaluate(scored).RootMeanSquaredError;
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        var largest = System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(expected);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-5f * Math.Max(1, Math.Abs(largest)), $"weight {i}");
    }
}
