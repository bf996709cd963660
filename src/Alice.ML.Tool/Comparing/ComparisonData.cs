using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Alice.ML.Tool.Comparing;

/// <summary>Standardized training, validation and test rows, as tensors.</summary>
internal sealed class ComparisonData : IDisposable
{
    private const double ValidationShare = 0.2;

    private ComparisonData(TaskKind task, int outputs, double unit, Rows training, Rows validation, Rows test)
    {
        Task = task;
        Outputs = outputs;
        Unit = unit;
        (Training, Validation, Test) = (training, validation, test);
    }

    public TaskKind Task { get; }

    /// <summary>Number of outputs of the network: 1 for regression, otherwise one per class.</summary>
    public int Outputs { get; }

    /// <summary>Standard deviation of the label, to give errors in its units. 1 for classes.</summary>
    public double Unit { get; }

    public int Inputs => (int)Training.Features.shape[1];

    public Rows Training { get; }

    public Rows Validation { get; }

    public Rows Test { get; }

    /// <summary>Name of the error, with its unit.</summary>
    public string ErrorName => Task == TaskKind.Regression ? "RMSE" : "error rate, %";

    public static ComparisonData Create(MLContext ml, PreparedData data, int seed)
    {
        var columns = FeaturePipeline.Fit(ml, data.Schema, data.Train, seed);
        float[][] train = [.. columns.Training.GetColumn<float[]>(columns.Features)];
        float[][] test = [.. columns.Transforms.Transform(data.Test).GetColumn<float[]>(columns.Features)];
        var split = RowSplit.Random(train.Length, ValidationShare, seed);

        var moments = Moments([.. split.Train.Select(row => train[row])]);
        var isNumber = data.Schema.Target.Task == TaskKind.Regression;
        var label = isNumber ? Moments([.. split.Train.Select(row => new[] { data.TrainLabels[row] })])[0]
            : (Mean: 0f, Deviation: 1f);
        return new ComparisonData(
            data.Schema.Target.Task, isNumber ? 1 : data.Schema.Target.Classes.Count, label.Deviation,
            Select(train, data.TrainLabels, split.Train), Select(train, data.TrainLabels, split.Test),
            Select(test, data.TestLabels, [.. Enumerable.Range(0, test.Length)]));

        Rows Select(float[][] features, float[] labels, int[] rows)
        {
            float[] values =
                [.. rows.SelectMany(row => features[row].Zip(moments, (x, c) => (x - c.Mean) / c.Deviation))];
            float[] targets = [.. rows.Select(row => (labels[row] - label.Mean) / label.Deviation)];
            return new Rows(tensor(values, rows.Length, moments.Length).DetachFromDisposeScope(),
                tensor(targets, rows.Length, 1).DetachFromDisposeScope());
        }
    }

    public void Dispose()
    {
        foreach (var rows in new[] { Training, Validation, Test })
        {
            rows.Features.Dispose();
            rows.Targets.Dispose();
        }
    }

    private static (float Mean, float Deviation)[] Moments(float[][] rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(c =>
    {
        var mean = rows.Average(row => (double)row[c]);
        var deviation = Math.Sqrt(rows.Average(row => (row[c] - mean) * (row[c] - mean)));
        return ((float)mean, deviation > 0 ? (float)deviation : 1);
    })];
}

/// <summary>Features [rows, inputs] and targets [rows, 1].</summary>
internal sealed record Rows(Tensor Features, Tensor Targets);
