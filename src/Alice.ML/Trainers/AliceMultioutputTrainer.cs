using Alice.ML.Models;
using Alice.ML.Training;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Alice.ML.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Trainers;

/// <summary>The <see cref="IEstimator{TTransformer}"/> that trains feed-forward networks with the Alice optimizer to
/// predict several numbers at once.
/// </summary>
/// <remarks>To create this trainer, use
/// <see cref="AliceCatalog.AliceMultioutput(RegressionCatalog.RegressionTrainers, string, string, string?, IReadOnlyList{int}?, int?, double?)"/>
/// or <see cref="AliceCatalog.AliceMultioutput(RegressionCatalog.RegressionTrainers, Options)"/>. Each label is
/// standardized by itself, and the sum of the labels' losses is minimized, so that units do not matter and labels count
/// alike. A label that is missing (NaN) or infinite has no part in its row's loss; a warning counts them.
/// <list type="table">
/// <listheader><term>Trainer characteristics</term><description/></listheader>
/// <item><term>Machine learning task</term><description>Regression of several numbers</description></item>
/// <item><term>Input label column</term><description>Known-sized vector of <see cref="float"/></description></item>
/// <item><term>Input features column</term><description>Known-sized vector of <see cref="float"/></description></item>
/// <item><term>Output columns</term><description>Score, and where asked for ScoreStandardDeviation, vectors of
/// <see cref="float"/> with a slot for each label; where asked for Quantiles, those of the first label, then of the
/// second, and so on</description></item>
/// <item><term>Is normalization required?</term><description>No: features and labels are standardized
/// inside</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once</description></item>
/// <item><term>Required packages</term><description>Alice.ML, and one of TorchSharp-cpu, TorchSharp-cuda-linux and
/// TorchSharp-cuda-windows to train; none of the latter to predict</description></item>
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
        /// <summary>What training minimizes for each label. A threshold of <see cref="RegressionLoss.Huber"/> is in the
        /// units of each label. Default <see cref="RegressionLoss.Squared"/>.</summary>
        public RegressionLoss Loss { get; set; } = RegressionLoss.Squared;

        /// <summary>Levels, at most 1,000 between 0 and 1 and ascending, of quantiles that the model gives of each
        /// label in a vector column Quantiles beside the score; those of a label never cross. From 50 rows on, with no
        /// model to go on from, they are shifted so that rows held out while plans are compared lie below them as often
        /// as they say. Not with the Poisson loss. Default none.
        /// </summary>
        public IReadOnlyList<double> Quantiles { get; set; } = [];

        /// <summary>Whether the model gives, in a column ScoreStandardDeviation, the standard deviation of its
        /// networks' scores for each label: how much they disagree, not how far the label may lie. Needs two networks
        /// or more. Default false.
        /// </summary>
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
