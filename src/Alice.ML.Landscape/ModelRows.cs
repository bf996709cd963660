using Alice.ML.Models.Networks;
using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Reading;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Landscape;

/// <summary>Rows to measure a model on: features as the networks take them, row-major, and labels as the loss takes
/// them.</summary>
internal sealed record ModelRows(float[] Features, float[] Targets)
{
    public int Count => Targets.Length;

    /// <summary>Reads rows, evenly spread over the data.</summary>
    /// <param name="host">Told of rows that are skipped.</param>
    /// <param name="data">The data.</param>
    /// <param name="options">Columns and number of rows.</param>
    /// <param name="model">The networks.</param>
    /// <param name="createTask">What the model has learned, from the rows and the label column.</param>
    /// <exception cref="ArgumentException">A column is missing, of the wrong type, or of another length than the
    /// model's.</exception>
    public static (ModelRows Rows, LearningTask Task) Read(
        IHostEnvironment host, IDataView data, LandscapeDataOptions options, NetworkEnsemble model,
        Func<TrainingData, DataViewSchema.Column, LearningTask> createTask)
    {
        options.Validate();
        SchemaChecks.Check(data.Schema, options.LabelColumnName,
            TrainerUtils.MakeR4VecFeature(options.FeatureColumnName), default);
        var mapped = new RoleMappedData(data, options.LabelColumnName, options.FeatureColumnName);
        using var channel = host.Register("Landscape").Start("Reading");
        var read = DataReader.Read(mapped, channel);
        if (read.Columns != model.InputCount)
            throw new ArgumentException(
                $"The feature column '{options.FeatureColumnName}' has {read.Columns} values, but the model was "
                + $"trained with {model.InputCount}.", nameof(data));
        var task = createTask(read, mapped.Schema.Label!.Value);
        task.MakeTargets(read.Labels);

        var count = Math.Min(read.Rows, options.MaximumRows);
        int[] chosen = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * read.Rows / count))];
        var table = model.Preparation is { } preparation ? read.Features.Prepare(preparation, read.Rows)
            : read.Features;
        var features = new float[count * table.Columns];
        for (var i = 0; i < count; i++)
            table.CopyRow(chosen[i], features.AsSpan(i * table.Columns, table.Columns));
        return (new ModelRows(features, [.. chosen.Select(row => read.LabelArray[row])]), task);
    }
}
