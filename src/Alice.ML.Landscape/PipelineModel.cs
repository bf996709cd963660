using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;

namespace Alice.ML.Landscape;

/// <summary>The model of an Alice trainer in a pipeline.</summary>
internal sealed class PipelineModel
{
    private readonly ITransformer[] _before;
    private readonly ITransformer[] _after;
    private readonly ISingleFeaturePredictionTransformer<object> _transformer;

    private PipelineModel(ITransformer[] before, ISingleFeaturePredictionTransformer<object> transformer,
        ITransformer[] after, IDataView data)
    {
        (_before, _transformer, _after) = (before, transformer, after);
        Model = Access(transformer.Model)!;
        Data = before.Aggregate(data, (view, step) => step.Transform(view));
    }

    public ModelAccess Model { get; }

    /// <summary>The model as its trainer made it.</summary>
    public object Trained => _transformer.Model;

    /// <summary>The column that the model reads.</summary>
    public string FeatureColumnName => _transformer.FeatureColumnName;

    /// <summary>What the model is given.</summary>
    public IDataView Data { get; }

    /// <exception cref="ArgumentException">There is none, or several, or it has several labels.</exception>
    public static PipelineModel Find(ITransformer pipeline, IDataView data)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(data);
        ITransformer[] steps = [.. Steps(pipeline)];
        int[] models = [.. Enumerable.Range(0, steps.Length)
            .Where(i => steps[i] is ISingleFeaturePredictionTransformer<object> step
                && Access(step.Model) is not null)];
        if (steps.OfType<ISingleFeaturePredictionTransformer<object>>().Select(step => LabelsOf(step.Model))
            .FirstOrDefault(labels => labels is not null) is { } severalLabels)
            throw new ArgumentException(
                $"The model of the pipeline has several labels ({string.Join(", ", severalLabels)}): "
                + $"landscape, pruning and report need a model of one label. Train a model of the label that "
                + $"you are interested in.",
                nameof(pipeline));
        if (models.Length != 1)
            throw new ArgumentException(
                $"The pipeline has {models.Length} models of Alice trainers, but must have one. Its steps are "
                + $"{string.Join(", ", steps.Select(step => step.GetType().Name))}.", nameof(pipeline));
        return new(steps[..models[0]], (ISingleFeaturePredictionTransformer<object>)steps[models[0]],
            steps[(models[0] + 1)..], data);
    }

    /// <summary>The options with the feature column of the model.</summary>
    public LandscapeDataOptions Complete(LandscapeDataOptions? options) =>
        (options ?? new()) with { FeatureColumnName = _transformer.FeatureColumnName };

    /// <summary>The pipeline with other networks.</summary>
    public ITransformer With(NetworkEnsemble networks, string labelColumn)
    {
        var (schema, features) = (Data.Schema, _transformer.FeatureColumnName);
        var environment = Model.Environment;
        ITransformer changed = _transformer.Model switch
        {
            AliceRegressionModelParameters model => new RegressionPredictionTransformer<AliceRegressionModelParameters>(
                environment, model.With(networks), schema, features),
            AliceMulticlassModelParameters => new MulticlassPredictionTransformer<AliceMulticlassModelParameters>(
                environment, new AliceMulticlassModelParameters(environment, networks), schema, features, labelColumn),
            _ => new BinaryPredictionTransformer<
                CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator>>(
                environment, AliceBinaryModelParameters.Calibrated(environment, networks), schema, features),
        };
        return new TransformerChain<ITransformer>([.. _before, changed, .. _after]);
    }

    private static IEnumerable<ITransformer> Steps(ITransformer pipeline) =>
        pipeline is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [pipeline];

    private static IReadOnlyList<string>? LabelsOf(object model) => model switch
    {
        AliceMultioutputModelParameters numbers => numbers.Labels,
        AliceMultilabelModelParameters classes => classes.Labels,
        _ => null,
    };

    private static ModelAccess? Access(object model) => model switch
    {
        AliceRegressionModelParameters regression => ModelAccess.Of(regression),
        AliceMulticlassModelParameters multiclass => ModelAccess.Of(multiclass),
        CalibratedModelParametersBase { SubModel: AliceBinaryModelParameters binary } => ModelAccess.Of(binary),
        _ => null,
    };
}
