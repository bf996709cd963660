using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Trainers;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using Microsoft.ML;

namespace Alice.ML.Landscape;

/// <summary>Measures the loss landscape of models of the Alice trainers, and compresses them. Works on models and on
/// pipelines that contain one.</summary>
/// <remarks>A pipeline is any chain of transformers, fitted or loaded, that contains exactly one model of an Alice
/// trainer. <c>data</c> is the input of the pipeline. The landscape is measured in the coordinates of training, with
/// inputs and label standardized by the given rows. Example weights, weight decay and dropout are left out.
/// </remarks>
public static class AliceLandscape
{
    /// <summary>Measures the loss landscape of one network of a model, in float64.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Rows with label and features, preferably the training rows.</param>
    /// <param name="dataOptions">Columns, number of rows and loss. Default null: the default options.</param>
    /// <param name="options">What to measure. Default null: the default options.</param>
    /// <param name="network">Index of the network in the model, from 0. Default 0.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the data does not match the model.</exception>
    /// <exception cref="InvalidOperationException">There are no usable rows, all labels have the same value, or the
    /// loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by the options' token.</exception>
    public static LandscapeReport MeasureLandscape(this AliceRegressionModelParameters model, IDataView data,
        LandscapeDataOptions? dataOptions = null, LandscapeOptions? options = null, int network = 0) =>
            Measure(ModelAccess.Of(model), data, dataOptions, options, network);

    /// <inheritdoc cref="MeasureLandscape(AliceRegressionModelParameters, IDataView, LandscapeDataOptions?, LandscapeOptions?, int)"/>
    public static LandscapeReport MeasureLandscape(this AliceBinaryModelParameters model, IDataView data,
        LandscapeDataOptions? dataOptions = null, LandscapeOptions? options = null, int network = 0) =>
            Measure(ModelAccess.Of(model), data, dataOptions, options, network);

    /// <inheritdoc cref="MeasureLandscape(AliceRegressionModelParameters, IDataView, LandscapeDataOptions?, LandscapeOptions?, int)"/>
    public static LandscapeReport MeasureLandscape(this AliceMulticlassModelParameters model, IDataView data,
        LandscapeDataOptions? dataOptions = null, LandscapeOptions? options = null, int network = 0) =>
            Measure(ModelAccess.Of(model), data, dataOptions, options, network);

    /// <summary>Measures the loss landscape of one network of the model in a pipeline, in float64.</summary>
    /// <param name="pipeline">The pipeline. The feature column is that of its model.</param>
    /// <param name="data">Input rows of the pipeline, with the label, preferably the training rows.</param>
    /// <param name="dataOptions">Label column, number of rows and loss. Default null: the default options.</param>
    /// <param name="options">What to measure. Default null: the default options.</param>
    /// <param name="network">Index of the network in the model, from 0. Default 0.</param>
    /// <inheritdoc cref="MeasureLandscape(AliceRegressionModelParameters, IDataView, LandscapeDataOptions?, LandscapeOptions?, int)" path="/exception"/>
    public static LandscapeReport MeasureLandscape(this ITransformer pipeline, IDataView data,
        LandscapeDataOptions? dataOptions = null, LandscapeOptions? options = null, int network = 0)
    {
        var part = PipelineModel.Find(pipeline, data);
        return Measure(part.Model, part.Data, part.Complete(dataOptions), options, network);
    }

    /// <summary>Removes the weights whose removal is predicted to raise the loss least, and hidden units that are then
    /// unused. The predicted cost of a weight w is ½ h δ² + c √ρ |δ|^(3/2) with δ = −w, the Hessian h, the glass
    /// density ρ and c = √(2/(3π)) (arXiv 2411.16914).</summary>
    /// <param name="model">The model. It is not changed.</param>
    /// <param name="fraction">Share of the weights of each network to remove, biases not counted, from 0 to below
    /// 1.</param>
    /// <param name="data">Rows with label and features, preferably the training rows.</param>
    /// <param name="dataOptions">Columns, number of rows and loss. Default null: the default options.</param>
    /// <param name="options">How to choose the weights. Default null: the default options.</param>
    /// <inheritdoc cref="MeasureLandscape(AliceRegressionModelParameters, IDataView, LandscapeDataOptions?, LandscapeOptions?, int)" path="/exception"/>
    public static CompressedModel<AliceRegressionModelParameters> Prune(
        this AliceRegressionModelParameters model, double fraction,
        IDataView data, LandscapeDataOptions? dataOptions = null, PruneOptions? options = null) =>
            With(Prune(ModelAccess.Of(model), fraction, data, dataOptions, options), model.With);

    /// <inheritdoc cref="Prune(AliceRegressionModelParameters, double, IDataView, LandscapeDataOptions?, PruneOptions?)"/>
    public static CompressedModel<AliceBinaryModelParameters> Prune(
        this AliceBinaryModelParameters model, double fraction,
        IDataView data, LandscapeDataOptions? dataOptions = null, PruneOptions? options = null) =>
            With(Prune(ModelAccess.Of(model), fraction, data, dataOptions, options),
            e => new AliceBinaryModelParameters(model.Environment, e));

    /// <inheritdoc cref="Prune(AliceRegressionModelParameters, double, IDataView, LandscapeDataOptions?, PruneOptions?)"/>
    public static CompressedModel<AliceMulticlassModelParameters> Prune(
        this AliceMulticlassModelParameters model, double fraction,
        IDataView data, LandscapeDataOptions? dataOptions = null, PruneOptions? options = null) =>
            With(Prune(ModelAccess.Of(model), fraction, data, dataOptions, options),
            e => new AliceMulticlassModelParameters(model.Environment, e));

    /// <summary>Removes weights of the model in a pipeline. See
    /// <see cref="Prune(AliceRegressionModelParameters, double, IDataView, LandscapeDataOptions?, PruneOptions?)"/>.</summary>
    /// <param name="pipeline">The pipeline. It is not changed. The feature column is that of its model.</param>
    /// <param name="fraction">Share of the weights of each network to remove, biases not counted, from 0 to below
    /// 1.</param>
    /// <param name="data">Input rows of the pipeline, with the label, preferably the training rows.</param>
    /// <param name="dataOptions">Label column, number of rows and loss. Default null: the default options.</param>
    /// <param name="options">How to choose the weights. Default null: the default options.</param>
    /// <inheritdoc cref="MeasureLandscape(AliceRegressionModelParameters, IDataView, LandscapeDataOptions?, LandscapeOptions?, int)" path="/exception"/>
    /// <returns>A pipeline with the smaller model, which can be used and saved like any other.</returns>
    public static CompressedModel<ITransformer> Prune(this ITransformer pipeline, double fraction, IDataView data,
        LandscapeDataOptions? dataOptions = null, PruneOptions? options = null)
    {
        var part = PipelineModel.Find(pipeline, data);
        var complete = part.Complete(dataOptions);
        return With(Prune(part.Model, fraction, part.Data, complete, options),
            networks => part.With(networks, complete.LabelColumnName));
    }

    /// <summary>Rounds the weights of each layer to 2^<paramref name="bits"/> − 1 evenly spaced values around 0, and
    /// predicts how much the loss rises. The values are still stored as <see cref="float"/>.</summary>
    /// <param name="pipeline">The pipeline. It is not changed. The feature column is that of its model.</param>
    /// <param name="bits">Number of bits per weight, 2 to 16.</param>
    /// <param name="data">Rows with label and features, preferably the training rows.</param>
    /// <param name="dataOptions">Label column, number of rows and loss. Default null: the default options.</param>
    /// <param name="options">How to measure the predicted cost. Default null: the default options.</param>
    /// <inheritdoc cref="MeasureLandscape(AliceRegressionModelParameters, IDataView, LandscapeDataOptions?, LandscapeOptions?, int)" path="/exception"/>
    public static CompressedModel<ITransformer> RoundWeights(this ITransformer pipeline, int bits, IDataView data,
        LandscapeDataOptions? dataOptions = null, PruneOptions? options = null)
    {
        var part = PipelineModel.Find(pipeline, data);
        var complete = part.Complete(dataOptions);
        var (rows, task) = Read(part.Model, part.Data, complete);
        using var threads = Threads(part.Model.Ensemble, rows);
        return With(new Compressor(options ?? new()).Round(part.Model.Ensemble, task, rows, bits),
            networks => part.With(networks, complete.LabelColumnName));
    }

    private static LandscapeReport Measure(
        ModelAccess model, IDataView data, LandscapeDataOptions? dataOptions, LandscapeOptions? options, int network)
    {
        var count = model.Ensemble.Members.Count;
        new OptionErrors().Require(
            network >= 0 && network < count, nameof(network), network, $"must be 0 to {count - 1}").ThrowIfAny();
        var (rows, task) = Read(model, data, dataOptions);
        using var threads = Threads(model.Ensemble, rows);
        using var loss = new NetworkLoss(model.Ensemble.Members[network], task, rows);
        return LandscapeProbe.Measure(loss.Module, loss.Evaluate, options);
    }

    private static CompressedModel<NetworkEnsemble> Prune(
        ModelAccess model, double fraction, IDataView data, LandscapeDataOptions? dataOptions, PruneOptions? options)
    {
        var (rows, task) = Read(model, data, dataOptions);
        using var threads = Threads(model.Ensemble, rows);
        return new Compressor(options ?? new()).Prune(model.Ensemble, task, rows, fraction);
    }

    private static (ModelRows Rows, LearningTask Task) Read(
        ModelAccess model, IDataView data, LandscapeDataOptions? options)
    {
        ArgumentNullException.ThrowIfNull(data);
        LibTorch.EnsureLoaded();
        options ??= new();
        return ModelRows.Read(model.Environment, data, options, model.Ensemble, model.CreateTask(options));
    }

    private static TorchThreads Threads(NetworkEnsemble ensemble, ModelRows rows) =>
        new(AutoRules.Threads(ensemble.Members[0].Network.Weights.Length, rows.Count));

    private static CompressedModel<TModel> With<TModel>(
        CompressedModel<NetworkEnsemble> result, Func<NetworkEnsemble, TModel> create) => new(
        create(result.Model), result.WeightCount, result.ChangedCount, result.Loss, result.PredictedLoss,
        result.MeasuredLoss);
}
