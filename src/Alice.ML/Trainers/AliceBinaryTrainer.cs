using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Training;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Trainers;

/// <summary>The <see cref="IEstimator{TTransformer}"/> that trains an ensemble of feed-forward networks with the Alice
/// optimizer to predict one of two classes.</summary>
/// <remarks>To create this trainer, use
/// <see cref="AliceCatalog.Alice(BinaryClassificationCatalog.BinaryClassificationTrainers, string, string, string?, IReadOnlyList{int}?, int?, double?)"/>
/// or <see cref="AliceCatalog.Alice(BinaryClassificationCatalog.BinaryClassificationTrainers, Options)"/>.
/// <list type="table">
/// <listheader><term>Trainer characteristics</term><description/></listheader>
/// <item><term>Machine learning task</term><description>Binary classification with the logistic
/// loss</description></item>
/// <item><term>Input label column</term><description><see cref="bool"/></description></item>
/// <item><term>Input features column</term><description>Known-sized vector of <see cref="float"/></description></item>
/// <item><term>Output columns</term><description>Score (the log-odds of true) and Probability (of true, 0 to 1),
/// <see cref="float"/>; PredictedLabel, <see cref="bool"/></description></item>
/// <item><term>Is normalization required?</term><description>No: the trainer standardizes the
/// features</description></item>
/// <item><term>Is caching required?</term><description>No: the trainer reads the data once</description></item>
/// <item><term>Required packages</term><description>Alice.ML. Training also needs one of TorchSharp-cpu,
/// TorchSharp-cuda-linux and TorchSharp-cuda-windows; prediction does not</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// </list>
/// </remarks>
public sealed class AliceBinaryTrainer : AliceTrainer<
    BinaryPredictionTransformer<CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator>>,
    CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator>>
{
    internal const string LoadName = "AliceBinary";

    /// <summary>Options for the <see cref="AliceBinaryTrainer"/>.</summary>
    public sealed class Options : AliceTrainerOptions
    {
    }

    internal AliceBinaryTrainer(IHostEnvironment environment, Options options)
        : base(environment, LoadName, options, TrainerUtils.MakeBoolScalarLabel(options.LabelColumnName))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.BinaryClassification;

    private protected override void CheckLabelCompatible(SchemaShape.Column labelCol)
    {
        if (!LabelColumn.IsCompatibleWith(labelCol))
            throw SchemaChecks.Mismatch("label", labelCol.Name, labelCol.GetTypeString(),
                "a Boolean: convert it with Transforms.Conversion.ConvertType or MapValue");
    }

    internal override LearningTask CreateTask(TrainingData data, DataViewSchema.Column label)
    {
        if (IsOneClass(data))
            throw new InvalidOperationException(
                $"The label column '{LabelColumn.Name}' is {data.Labels[0] > 0} in every row: there is nothing to "
                + $"learn. Give rows of both classes.");
        return LearningTask.Classify(new LogisticObjective(), 1);
    }

    private static bool IsOneClass(TrainingData data)
    {
        var isOne = data.Labels.IndexOfAnyExcept(data.Labels[0]) < 0;
        return data.Peers is null
            ? isOne
            : data.Peers.Gather<(float First, int IsOne)>([(data.Labels[0], isOne ? 1 : 0)]) is var each
                && each.All(part => part.IsOne == 1 && part.First == each[0].First);
    }

    private protected override CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator> CreateModel(
        NetworkEnsemble networks, AliceTrainingSummary summary, DataViewSchema.Column label)
    {
        var model = AliceBinaryModelParameters.Calibrated(Host, networks);
        model.SubModel.TrainingSummary = summary;
        return model;
    }

    private protected override NetworkEnsemble? NetworksOf(IPredictor model) =>
        (model as CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator>)?.SubModel.Ensemble;

    private protected override
        BinaryPredictionTransformer<CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator>>
        MakeTransformer(
            CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator> model,
            DataViewSchema trainSchema) =>
        new(Host, model, trainSchema, FeatureColumn.Name);

    private protected override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema) =>
        [
        new(DefaultColumnNames.Score, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, false,
            new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation())),
        new(DefaultColumnNames.Probability, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, false,
            new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation(true))),
        new(DefaultColumnNames.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance,
            false,
            new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation())),
    ];
}
