using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Training;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Trainers;

/// <summary>The <see cref="IEstimator{TTransformer}"/> that trains an ensemble of feed-forward networks with the Alice
/// optimizer to predict one of several classes.</summary>
/// <remarks>To create this trainer, use
/// <see cref="AliceCatalog.Alice(MulticlassClassificationCatalog.MulticlassClassificationTrainers, string, string, string?, IReadOnlyList{int}?, int?, double?)"/>
/// or <see cref="AliceCatalog.Alice(MulticlassClassificationCatalog.MulticlassClassificationTrainers, Options)"/>.
/// <list type="table">
/// <listheader><term>Trainer characteristics</term><description/></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification with the softmax cross-entropy
/// loss</description></item>
/// <item><term>Input label column</term><description>Key of 2 to 100,000 values; use
/// Transforms.Conversion.MapValueToKey</description></item>
/// <item><term>Input features column</term><description>Known-sized vector of <see cref="float"/></description></item>
/// <item><term>Output columns</term><description>Score (the probability of each class), vector of <see cref="float"/>;
/// PredictedLabel, key</description></item>
/// <item><term>Is normalization required?</term><description>No: the trainer standardizes the
/// features</description></item>
/// <item><term>Is caching required?</term><description>No: the trainer reads the data once</description></item>
/// <item><term>Required packages</term><description>Alice.ML. Training also needs one of TorchSharp-cpu,
/// TorchSharp-cuda-linux and TorchSharp-cuda-windows; prediction does not</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// </list>
/// </remarks>
public sealed class AliceMulticlassTrainer
    : AliceTrainer<MulticlassPredictionTransformer<AliceMulticlassModelParameters>, AliceMulticlassModelParameters>
{
    internal const string LoadName = "AliceMulticlass";

    private const int MostClasses = 100_000;

    /// <summary>Options for the <see cref="AliceMulticlassTrainer"/>.</summary>
    public sealed class Options : AliceTrainerOptions
    {
    }

    internal AliceMulticlassTrainer(IHostEnvironment environment, Options options)
        : base(environment, LoadName, options, TrainerUtils.MakeU4ScalarColumn(options.LabelColumnName))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.MulticlassClassification;

    private protected override void CheckLabelCompatible(SchemaShape.Column labelCol)
    {
        if (!LabelColumn.IsCompatibleWith(labelCol))
            throw SchemaChecks.Mismatch("label", labelCol.Name, labelCol.GetTypeString(),
                "a key: map it with Transforms.Conversion.MapValueToKey");
    }

    private protected override void CheckLabel(DataViewSchema.Column label)
    {
        if (label.Type is KeyDataViewType { Count: > MostClasses } key)
            throw new InvalidOperationException(
                $"The label column '{label.Name}' is a key of {key.Count:N0} values, and a network has an output for "
                + $"each: at most {MostClasses:N0} are possible. Map the values that occur to keys with "
                + $"Transforms.Conversion.MapValueToKey.");
    }

    internal override LearningTask CreateTask(TrainingData data, DataViewSchema.Column label)
    {
        var classes = label.Type is KeyDataViewType key ? (int)Math.Min(key.Count, int.MaxValue) : 0;
        if (classes < 2)
            throw new InvalidOperationException(
                $"The label column '{LabelColumn.Name}' has {classes} class(es): there is nothing to learn. "
                + $"Give rows of two or more classes.");
        return LearningTask.Classify(
            new SoftmaxObjective(), classes) with
        { OutputTransform = OutputTransform.Softmax };
    }

    private protected override AliceMulticlassModelParameters CreateModel(
        NetworkEnsemble networks, AliceTrainingSummary summary, DataViewSchema.Column label) =>
            new(Host, networks) { TrainingSummary = summary };

    private protected override NetworkEnsemble? NetworksOf(IPredictor model) =>
        (model as AliceMulticlassModelParameters)?.Ensemble;

    private protected override MulticlassPredictionTransformer<AliceMulticlassModelParameters> MakeTransformer(
        AliceMulticlassModelParameters model, DataViewSchema trainSchema) =>
            new(Host, model, trainSchema, FeatureColumn.Name, LabelColumn.Name);

    private protected override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema)
    {
        inputSchema.TryFindColumn(LabelColumn.Name, out var label);
        var keyValues = label.Annotations.Where(annotation => annotation.Name == AnnotationUtils.Kinds.KeyValues);
        return
        [
            new(DefaultColumnNames.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false,
                new SchemaShape(AnnotationUtils.AnnotationsForMulticlassScoreColumn(label))),
            new(DefaultColumnNames.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32,
                true,
                new SchemaShape(keyValues.Concat(AnnotationUtils.GetTrainerOutputAnnotation()))),
        ];
    }
}
