using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Training;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Alice.ML.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Trainers;

/// <summary>The <see cref="IEstimator{TTransformer}"/> that trains an ensemble of feed-forward networks with the Alice
/// optimizer to predict several Boolean labels at once. Any number of them may be true in a row.</summary>
/// <remarks>To create this trainer, use
/// <see cref="AliceCatalog.AliceMultilabel(BinaryClassificationCatalog.BinaryClassificationTrainers, string, string, string?, IReadOnlyList{int}?, int?, double?)"/>
/// or <see cref="AliceCatalog.AliceMultilabel(BinaryClassificationCatalog.BinaryClassificationTrainers, Options)"/>.
/// Training minimizes the sum of the logistic losses of all labels. A missing label (NaN) is left out of the loss of
/// its row, and a warning gives the number of missing labels. The probabilities of each label are calibrated on
/// held-out rows, unless there are fewer than 50 rows or Fit continues from a model.
/// <list type="table">
/// <listheader><term>Trainer characteristics</term><description/></listheader>
/// <item><term>Machine learning task</term><description>Multi-label classification with the logistic
/// loss</description></item>
/// <item><term>Input label column</term><description>Known-sized vector of <see cref="bool"/>, or of
/// <see cref="float"/> with the values 0 and 1</description></item>
/// <item><term>Input features column</term><description>Known-sized vector of <see cref="float"/></description></item>
/// <item><term>Output columns</term><description>PredictedLabel, vector of <see cref="bool"/>; Score (the log-odds of
/// true) and Probability (of true, 0 to 1), vectors of <see cref="float"/>. Each vector has one slot per
/// label</description></item>
/// <item><term>Is normalization required?</term><description>No: the trainer standardizes the
/// features</description></item>
/// <item><term>Is caching required?</term><description>No: the trainer reads the data once</description></item>
/// <item><term>Required packages</term><description>Alice.ML. Training also needs one of TorchSharp-cpu,
/// TorchSharp-cuda-linux and TorchSharp-cuda-windows; prediction does not</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// </list>
/// </remarks>
public sealed class AliceMultilabelTrainer
    : AliceTrainer<AliceMultilabelTransformer, AliceMultilabelModelParameters>
{
    internal const string LoadName = "AliceMultilabel";

    /// <summary>Options for the <see cref="AliceMultilabelTrainer"/>.</summary>
    public sealed class Options : AliceTrainerOptions
    {
    }

    internal AliceMultilabelTrainer(IHostEnvironment environment, Options options)
        : base(environment, LoadName, options, new SchemaShape.Column(options.LabelColumnName,
            SchemaShape.Column.VectorKind.Vector, BooleanDataViewType.Instance, isKey: false))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.BinaryClassification;

    private protected override void CheckLabelCompatible(SchemaShape.Column labelCol)
    {
        if (labelCol.Kind != SchemaShape.Column.VectorKind.Vector || labelCol.IsKey
            || labelCol.ItemType != BooleanDataViewType.Instance && labelCol.ItemType != NumberDataViewType.Single)
            throw SchemaChecks.Mismatch("label", labelCol.Name, labelCol.GetTypeString(),
                "a vector of Boolean, or of Single with the values 0 and 1, of known length: gather the labels with "
                + "Transforms.Concatenate");
    }

    internal override LearningTask CreateTask(TrainingData data, DataViewSchema.Column label)
    {
        var names = LabelNames.Of(label);
        var labels = data.LabelCount;
        var (trues, falses) = (new int[labels], new int[labels]);
        for (var i = 0; i < data.Labels.Length; i++)
            switch (data.Labels[i])
            {
                case 0:
                    falses[i % labels]++;
                    break;
                case 1:
                    trues[i % labels]++;
                    break;
                case var value when !float.IsNaN(value):
                    throw new InvalidOperationException($"The label '{names[i % labels]}' of the column '{label.Name}' "
                        + $"holds {value}, but Boolean labels must be 0 or 1. For numbers use "
                        + "Regression.Trainers.AliceMultioutput.");
            }
        for (var slot = 0; slot < labels; slot++)
            if (trues[slot] == 0 || falses[slot] == 0)
                throw new InvalidOperationException($"The label '{names[slot]}' of the column '{label.Name}' is "
                    + $"{(trues[slot] + falses[slot] == 0 ? "missing" : trues[slot] > 0 ? "true" : "false")} in every "
                    + "row: there is nothing to learn. Give rows of both values, or leave it out of the label column.");
        return LearningTask.Classify(new LabelsObjective(new LogisticObjective(), labels, []), labels, labels);
    }

    private protected override AliceMultilabelModelParameters CreateModel(
        NetworkEnsemble networks, AliceTrainingSummary summary, DataViewSchema.Column label) =>
            new(Host, networks, LabelNames.Of(label)) { TrainingSummary = summary };

    private protected override NetworkEnsemble? NetworksOf(IPredictor model) =>
        (model as AliceMultilabelModelParameters)?.Ensemble;

    private protected override AliceMultilabelTransformer MakeTransformer(
        AliceMultilabelModelParameters model, DataViewSchema trainSchema) =>
            new(Host, model, trainSchema, FeatureColumn.Name);

    private protected override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema) =>
        [.. MultilabelColumns.CreateShape()];
}
