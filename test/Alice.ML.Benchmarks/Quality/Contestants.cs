using System.Diagnostics;
using Alice.ML.Tool.Data;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>One run of a table: its rows, and Alice's model of them, which other contestants need.</summary>
internal sealed class Run
{
    private readonly Lazy<(AliceFit Fit, double Seconds)> _alice;

    public Run(SplitData data, int seed)
    {
        (Data, Seed) = (data, seed);
        ML = new MLContext(seed);
        Train = data.TrainView(ML);
        _alice = new(() => Contestant.Time(() => AliceFit.Train(ML, Data, Train, Seed)));
    }

    public SplitData Data { get; }

    public int Seed { get; }

    public MLContext ML { get; }

    public IDataView Train { get; }

    /// <summary>The default Alice, and how long its fit took.</summary>
    public (AliceFit Fit, double Seconds) Alice => _alice.Value;
}

/// <summary>What is compared: it trains on a run's rows and scores its test rows.</summary>
/// <param name="Key">What --trainers calls it.</param>
/// <param name="Name">What the report calls it.</param>
/// <param name="Measure">Does it.</param>
/// <param name="IsDefault">Whether it runs where --trainers names none.</param>
internal sealed record Contestant(string Key, string Name, Func<Run, Outcome> Measure, bool IsDefault = true)
{
    // Enough rows and time for a mean, little enough for a run of many tables.
    private const int RowsToTime = 1000;
    private static readonly TimeSpan TimingTime = TimeSpan.FromSeconds(0.2);

    public static IReadOnlyList<Contestant> All { get; } =
    [
        new("alice", "Alice", run => Measured(run, run.Alice.Fit.Model, run.Alice.Seconds)),
        new("alice-quick", "Alice, quick", run => Alice(run, options => options.Effort = Effort.Quick)),
        new("alice-best", "Alice, best", run => Alice(run, options => options.Effort = Effort.Best), IsDefault: false),
        new("alice-quarter", "Alice, a quarter of the time", run => AliceWithin(run, 0.25), IsDefault: false),
        new("alice-tenfold", "Alice, ten times the time", run => AliceWithin(run, 10), IsDefault: false),
        new("lightgbm", "LightGBM", run => Trained(run, LightGbm)),
        new("lightgbm-tuned", "LightGBM, tuned for Alice's seconds", TunedLightGbm.Measure),
        new("fasttree", "FastTree", run => Trained(run, FastTree)),
        new("sdca", "SDCA", run => Trained(run, Sdca)),
        new("adam", "Adam network", run => Adam(run.Data, run.Alice.Fit.Adam)),
    ];

    public static Contestant Default => All[0];

    /// <summary>Outputs for scored rows, as <see cref="Outcome.Of"/> takes them.</summary>
    public static IReadOnlyList<float[]> Outputs(MLContext ml, TaskKind task, IDataView scored)
    {
        return task switch
        {
            TaskKind.Binary => Read<BinaryPrediction>(Output),
            TaskKind.Multiclass => Read<MulticlassPrediction>(Output),
            _ => Read<NumberPrediction>(Output),
        };

        List<float[]> Read<T>(Func<T, float[]> outputs)
            where T : class, new() => [.. ml.Data.CreateEnumerable<T>(scored, reuseRowObject: false).Select(outputs)];
    }

    /// <summary>A model's outputs on the test rows, and how long one row takes through a PredictionEngine.</summary>
    public static Outcome Measured(Run run, ITransformer model, double seconds) => run.Data.Task switch
    {
        TaskKind.Binary => Measured<BinaryPrediction>(run, model, seconds, Output),
        TaskKind.Multiclass => Measured<MulticlassPrediction>(run, model, seconds, Output),
        _ => Measured<NumberPrediction>(run, model, seconds, Output),
    };

    /// <summary>The hand-written Adam network with the settings of a fit of Alice.</summary>
    public static Outcome Adam(SplitData data, AdamSettings settings)
    {
        var (networks, seconds) = Time(() => new AdamEnsemble(data, settings));
        using (networks)
            return Scored(data, networks.Score, seconds, row => networks.Score(row));
    }

    public static (T Result, double Seconds) Time<T>(Func<T> action)
    {
        var start = Stopwatch.GetTimestamp();
        var result = action();
        return (result, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static float[] Output(NumberPrediction row) => [row.Score];

    private static float[] Output(BinaryPrediction row) => [row.Score, row.Probability];

    private static float[] Output(MulticlassPrediction row) => [.. row.Score];

    private static Outcome Alice(Run run, Action<AliceTrainerOptions> change)
    {
        var (fit, seconds) = Time(() => AliceFit.Train(run.ML, run.Data, run.Train, run.Seed, change));
        return Measured(run, fit.Model, seconds);
    }

    /// <summary>With a share of the default's time as the limit.</summary>
    private static Outcome AliceWithin(Run run, double share)
    {
        var limit = TimeSpan.FromSeconds(share * run.Alice.Seconds);
        return Alice(run, options => options.MaximumTrainingTime = limit);
    }

    private static Outcome Trained(Run run, Func<Run, IEstimator<ITransformer>> trainer)
    {
        var estimator = trainer(run);
        var (model, seconds) = Time(() => estimator.Fit(run.Train));
        return Measured(run, model, seconds);
    }

    private static Outcome Measured<TPrediction>(
        Run run, ITransformer model, double seconds, Func<TPrediction, float[]> outputs)
        where TPrediction : class, new()
    {
        using var engine = run.Data.Engine<TPrediction>(run.ML, model);
        var prediction = new TPrediction();
        return Scored(run.Data, row => outputs(engine.Predict(row)), seconds,
            row => engine.Predict(row, ref prediction));
    }

    private static Outcome Scored(
        SplitData data, Func<QualityRow, float[]> score, double seconds, Action<QualityRow> timed)
    {
        var outputs = data.Test.Select(score).ToList();
        var rows = data.Test.Take(RowsToTime).ToArray();
        double Microseconds()
        {
            var start = Stopwatch.GetTimestamp();
            var count = 0;
            do
            {
                foreach (var row in rows)
                    timed(row);
                count += rows.Length;
            }
            while (Stopwatch.GetElapsedTime(start) < TimingTime);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds / count;
        }
        // The first time, the runtime still compiles anew what runs often.
        Microseconds();
        return Outcome.Of(data, outputs) with
        {
            SecondsToTrain = seconds,
            MicrosecondsToScore = Microseconds(),
        };
    }

    private static IEstimator<ITransformer> LightGbm(Run run) => run.Data.Task switch
    {
        TaskKind.Binary => run.ML.BinaryClassification.Trainers.LightGbm(run.Data.LabelName),
        TaskKind.Multiclass => run.ML.MulticlassClassification.Trainers.LightGbm(run.Data.LabelName),
        _ => run.ML.Regression.Trainers.LightGbm(run.Data.LabelName),
    };

    private static IEstimator<ITransformer> FastTree(Run run) => run.Data.Task switch
    {
        TaskKind.Binary => run.ML.BinaryClassification.Trainers.FastTree(run.Data.LabelName),
        TaskKind.Multiclass => run.ML.MulticlassClassification.Trainers.OneVersusAll(
            run.ML.BinaryClassification.Trainers.FastTree(run.Data.LabelName), run.Data.LabelName),
        _ => run.ML.Regression.Trainers.FastTree(run.Data.LabelName),
    };

    private static IEstimator<ITransformer> Sdca(Run run)
    {
        // It takes no missing numbers.
        var normalized = run.ML.Transforms.ReplaceMissingValues(
                nameof(QualityRow.Features), replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean)
            .Append(run.ML.Transforms.NormalizeMeanVariance(nameof(QualityRow.Features)));
        return run.Data.Task switch
        {
            TaskKind.Binary =>
                normalized.Append(run.ML.BinaryClassification.Trainers.SdcaLogisticRegression(run.Data.LabelName)),
            TaskKind.Multiclass =>
                normalized.Append(run.ML.MulticlassClassification.Trainers.SdcaMaximumEntropy(run.Data.LabelName)),
            _ => normalized.Append(run.ML.Regression.Trainers.Sdca(run.Data.LabelName)),
        };
    }

    private sealed class NumberPrediction
    {
        public float Score { get; set; }
    }

    private sealed class BinaryPrediction
    {
        public float Score { get; set; }

        public float Probability { get; set; }
    }

    private sealed class MulticlassPrediction
    {
        public float[] Score { get; set; } = [];
    }
}
