using System.Diagnostics;
using System.Runtime.InteropServices;
using Alice.ML.Landscape;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Microsoft.ML;
using Microsoft.ML.Trainers.LightGbm;
using Microsoft.ML.Transforms;

namespace Alice.ML.Tool.Report;

/// <summary>Another trainer or a constant, on the same training and test rows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Metrics">Metrics on the test rows. Null if it could not be trained.</param>
/// <param name="Seconds">Training time. Null for a constant.</param>
/// <param name="Remark">A remark. "" for none.</param>
internal sealed record Rival(string Name, IReadOnlyList<Metric>? Metrics, double? Seconds, string Remark)
{
    private const string LightGbm = "LightGBM";
    private const string FastTree = "FastTree";

    /// <summary>Whether the native library of LightGBM can be loaded.</summary>
    public static bool HasLightGbm =>
        NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmRegressionTrainer).Assembly, null, out _);

    /// <summary>Fits all. Empty without training rows.</summary>
    public static IReadOnlyList<Rival> Fit(Subject subject)
    {
        if (subject.Options.TrainingData is not { } training)
            return [];
        var features = subject.Options.PreparedTraining ?? PipelineModel.Find(subject.Model, training).Data;
        var (ml, label, column) = (subject.ML, subject.Label, subject.Part.FeatureColumnName);
        IEstimator<ITransformer> lightGbm = subject.Kind switch
        {
            TaskKind.Binary => ml.BinaryClassification.Trainers.LightGbm(label, column),
            TaskKind.Multiclass => ml.MulticlassClassification.Trainers.LightGbm(label, column),
            _ => ml.Regression.Trainers.LightGbm(label, column),
        };
        IEstimator<ITransformer> fastTree = subject.Kind switch
        {
            TaskKind.Binary => ml.BinaryClassification.Trainers.FastTree(label, column),
            TaskKind.Multiclass => ml.MulticlassClassification.Trainers.OneVersusAll(
                ml.BinaryClassification.Trainers.FastTree(label, column), label),
            _ => ml.Regression.Trainers.FastTree(label, column),
        };
        // FastTree drops training rows with missing features.
        var filled = ml.Transforms.ReplaceMissingValues(
            column, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean);
        return
        [
            HasLightGbm ? Train(subject, LightGbm, features, lightGbm)
                : new Rival(LightGbm, null, null, "its native library does not load on this machine"),
            Train(subject, FastTree, features, filled.Append(fastTree)),
            Constant(subject, training),
        ];
    }

    /// <summary>The baseline without features: the training mean, or the shares of the classes.</summary>
    public static float[] ConstantOutputs(TaskKind kind, IReadOnlyList<float> labels, int classes) => kind switch
    {
        TaskKind.Regression => [(float)labels.Where(float.IsFinite).Average(l => (double)l)],
        TaskKind.Binary => [(float)labels.Average(l => l > 0 ? 1.0 : 0.0)],
        _ => [.. Enumerable.Range(0, classes).Select(c => (float)labels.Average(l => l == c ? 1.0 : 0.0))],
    };

    /// <summary>Name of the baseline.</summary>
    public static string ConstantName(TaskKind kind) => kind == TaskKind.Regression ? "mean" : "class shares";

    private static Rival Constant(Subject subject, IDataView training)
    {
        var labels = LabelValues.Read(training, training.Schema[subject.Label], subject.Kind);
        var outputs = ConstantOutputs(subject.Kind, labels, subject.Classes.Count);
        return new Rival(ConstantName(subject.Kind),
            subject.Evaluate([.. subject.Labels.Select(_ => outputs)]), null, "of the training rows");
    }

    private static Rival Train(Subject subject, string name, IDataView training, IEstimator<ITransformer> trainer)
    {
        subject.Options.CancellationToken.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        try
        {
            var model = trainer.Fit(training);
            var seconds = clock.Elapsed.TotalSeconds;
            var outputs = subject.Task.Predict(model, subject.Part.Data);
            return new Rival(name, subject.Evaluate([.. subject.Rows.Select(r => outputs[r])]), seconds, "");
        }
        // If a trainer rejects the table, the report says so and goes on.
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return new Rival(name, null, null, e.Message.ReplaceLineEndings(" "));
        }
    }
}
