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
/// optimizer to predict a number.</summary>
/// <remarks>To create this trainer, use
/// <see cref="AliceCatalog.Alice(RegressionCatalog.RegressionTrainers, string, string, string?, IReadOnlyList{int}?, int?, double?)"/>
/// or <see cref="AliceCatalog.Alice(RegressionCatalog.RegressionTrainers, Options)"/>.
/// <list type="table">
/// <listheader><term>Trainer characteristics</term><description/></listheader>
/// <item><term>Machine learning task</term><description>Regression</description></item>
/// <item><term>Input label column</term><description><see cref="float"/></description></item>
/// <item><term>Input features column</term><description>Known-sized vector of <see cref="float"/></description></item>
/// <item><term>Output columns</term><description>Score, <see cref="float"/>. On request also ScoreStandardDeviation,
/// <see cref="float"/>, and Quantiles, a vector of <see cref="float"/></description></item>
/// <item><term>Is normalization required?</term><description>No: the trainer standardizes features and
/// label</description></item>
/// <item><term>Is caching required?</term><description>No: the trainer reads the data once</description></item>
/// <item><term>Required packages</term><description>Alice.ML. Training also needs one of TorchSharp-cpu,
/// TorchSharp-cuda-linux and TorchSharp-cuda-windows; prediction does not</description></item>
/// </list>
/// </remarks>
public sealed class AliceRegressionTrainer
    : AliceTrainer<RegressionPredictionTransformer<AliceRegressionModelParameters>, AliceRegressionModelParameters>
{
    internal const string LoadName = "AliceRegression";

    /// <summary>Options for the <see cref="AliceRegressionTrainer"/>.</summary>
    public sealed class Options : AliceTrainerOptions
    {
        /// <summary>The loss that training minimizes. Default <see cref="RegressionLoss.Squared"/>.</summary>
        public RegressionLoss Loss { get; set; } = RegressionLoss.Squared;

        /// <summary>Levels of the quantiles to predict: at most 1,000, ascending, each between 0 and 1. The model
        /// returns the quantiles in a vector column Quantiles beside the score. They never cross. They are calibrated
        /// on held-out rows, so that the share of labels below each quantile matches its level, unless there are fewer
        /// than 50 rows or Fit continues from a model. Cannot be combined with <see cref="RegressionLoss.Poisson"/>.
        /// Default: none.</summary>
        public IReadOnlyList<double> Quantiles { get; set; } = [];

        /// <summary>Whether the model returns a column ScoreStandardDeviation: the standard deviation of the scores of
        /// its networks, in the label's units. It measures how much the networks disagree, not how far the label may be
        /// from the score. Needs two networks or more. Default false.</summary>
        public bool AddScoreStandardDeviation { get; set; }
    }

    private readonly RegressionLoss _loss;
    private readonly bool _addsDeviation;
    private readonly float[] _quantiles;

    internal AliceRegressionTrainer(IHostEnvironment environment, Options options)
        : base(environment, LoadName, options, TrainerUtils.MakeR4ScalarColumn(options.LabelColumnName))
    {
        _loss = options.Loss;
        _addsDeviation = options.AddScoreStandardDeviation;
        _quantiles = [.. options.Quantiles.Select(level => (float)level)];
    }

    private protected override PredictionKind PredictionKind => PredictionKind.Regression;

    private protected override void CheckLabelCompatible(SchemaShape.Column labelCol)
    {
        if (!LabelColumn.IsCompatibleWith(labelCol))
            throw SchemaChecks.Mismatch("label", labelCol.Name, labelCol.GetTypeString(),
                "a Single: convert it with Transforms.Conversion.ConvertType");
    }

    internal override LearningTask CreateTask(TrainingData data, DataViewSchema.Column label) =>
        RegressionTask.Create(data, _loss, _quantiles, _ => $"The label column '{LabelColumn.Name}'");

    private protected override AliceRegressionModelParameters CreateModel(
        NetworkEnsemble networks, AliceTrainingSummary summary, DataViewSchema.Column label) =>
            new(Host, networks, _addsDeviation, _quantiles) { TrainingSummary = summary };

    private protected override NetworkEnsemble? NetworksOf(IPredictor model) =>
        (model as AliceRegressionModelParameters)?.Ensemble;

    private protected override RegressionPredictionTransformer<AliceRegressionModelParameters> MakeTransformer(
        AliceRegressionModelParameters model, DataViewSchema trainSchema) =>
            new(Host, model, trainSchema, FeatureColumn.Name);

    private protected override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema) =>
        [.. RegressionColumns.CreateShape(_addsDeviation, _quantiles.Length > 0)];
}
