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
/// optimizer to predict several numbers at once.</summary>
/// <remarks>To create this trainer, use
/// <see cref="AliceCatalog.AliceMultioutput(RegressionCatalog.RegressionTrainers, string, string, string?, IReadOnlyList{int}?, int?, double?)"/>
/// or <see cref="AliceCatalog.AliceMultioutput(RegressionCatalog.RegressionTrainers, Options)"/>. Each label is
/// standardized separately, and training minimizes the sum of the losses of all labels. So all labels have the same
/// influence, whatever their units. A missing (NaN) or infinite label is left out of the loss of its row, and a warning
/// gives the number of such labels.
/// <list type="table">
/// <listheader><term>Trainer characteristics</term><description/></listheader>
/// <item><term>Machine learning task</term><description>Multi-output regression</description></item>
/// <item><term>Input label column</term><description>Known-sized vector of <see cref="float"/></description></item>
/// <item><term>Input features column</term><description>Known-sized vector of <see cref="float"/></description></item>
/// <item><term>Output columns</term><description>Score, a vector of <see cref="float"/> with one slot per label. On
/// request also ScoreStandardDeviation, a vector of the same size, and Quantiles, a vector with the quantiles of the
/// first label, then those of the second, and so on</description></item>
/// <item><term>Is normalization required?</term><description>No: the trainer standardizes features and
/// labels</description></item>
/// <item><term>Is caching required?</term><description>No: the trainer reads the data once</description></item>
/// <item><term>Required packages</term><description>Alice.ML. Training also needs one of TorchSharp-cpu,
/// TorchSharp-cuda-linux and TorchSharp-cuda-windows; prediction does not</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// </list>
/// </remarks>
public sealed class AliceMultioutputTrainer
    : AliceTrainer<AliceMultioutputTransformer, AliceMultioutputModelParameters>
{
    internal const string LoadName = "AliceMultioutput";

    /// <summary>Options for the <see cref="AliceMultioutputTrainer"/>.</summary>
    public sealed class Options : AliceTrainerOptions
    {
        /// <summary>The loss that training minimizes for each label. The threshold of
        /// <see cref="RegressionLoss.Huber"/> is in the units of each label. Default
        /// <see cref="RegressionLoss.Squared"/>.</summary>
        public RegressionLoss Loss { get; set; } = RegressionLoss.Squared;

        /// <summary>Levels of the quantiles to predict for each label: at most 1,000, ascending, each between 0 and 1.
        /// The model returns the quantiles in a vector column Quantiles beside the score. The quantiles of a label
        /// never cross. They are calibrated on held-out rows, so that the share of labels below each quantile matches
        /// its level, unless there are fewer than 50 rows or Fit continues from a model. Cannot be combined with
        /// <see cref="RegressionLoss.Poisson"/>. Default: none.</summary>
        public IReadOnlyList<double> Quantiles { get; set; } = [];

        /// <summary>Whether the model returns a column ScoreStandardDeviation: for each label, the standard deviation
        /// of the scores of its networks, in the label's units. It measures how much the networks disagree, not how far
        /// the label may be from the score. Needs two networks or more. Default false.</summary>
        public bool AddScoreStandardDeviation { get; set; }
    }

    private readonly RegressionLoss _loss;
    private readonly bool _addsDeviation;
    private readonly float[] _quantiles;

    internal AliceMultioutputTrainer(IHostEnvironment environment, Options options)
        : base(environment, LoadName, options, new SchemaShape.Column(options.LabelColumnName,
            SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false))
    {
        _loss = options.Loss;
        _addsDeviation = options.AddScoreStandardDeviation;
        _quantiles = [.. options.Quantiles.Select(level => (float)level)];
    }

    private protected override PredictionKind PredictionKind => PredictionKind.MultiOutputRegression;

    private protected override void CheckLabelCompatible(SchemaShape.Column labelCol)
    {
        if (!LabelColumn.IsCompatibleWith(labelCol))
            throw SchemaChecks.Mismatch("label", labelCol.Name, labelCol.GetTypeString(),
                "a vector of Single of known length: gather the labels with Transforms.Concatenate");
    }

    internal override LearningTask CreateTask(TrainingData data, DataViewSchema.Column label)
    {
        var names = LabelNames.Of(label);
        return RegressionTask.Create(
            data, _loss, _quantiles, slot => $"The label '{names[slot]}' of the column '{label.Name}'");
    }

    private protected override AliceMultioutputModelParameters CreateModel(
        NetworkEnsemble networks, AliceTrainingSummary summary, DataViewSchema.Column label) =>
            new(Host, networks, new RegressionColumns(_addsDeviation, _quantiles, LabelNames.Of(label)))
            {
                TrainingSummary = summary,
            };

    private protected override NetworkEnsemble? NetworksOf(IPredictor model) =>
        (model as AliceMultioutputModelParameters)?.Ensemble;

    private protected override AliceMultioutputTransformer MakeTransformer(
        AliceMultioutputModelParameters model, DataViewSchema trainSchema) =>
            new(Host, model, trainSchema, FeatureColumn.Name);

    private protected override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema) =>
        [.. RegressionColumns.CreateShape(_addsDeviation, _quantiles.Length > 0, isVector: true)];
}
