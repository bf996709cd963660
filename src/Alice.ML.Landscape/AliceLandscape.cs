using Alice.ML.Models;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Trainers;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using Microsoft.ML;

namespace Alice.ML.Landscape;

/// <summary>Measures and compresses the models of the Alice trainers, and pipelines that hold one.</summary>
/// <remarks>A pipeline, fitted or loaded, is any chain of transformers with one model of an Alice trainer; <c>data</c>
/// is what it starts from. The landscape is that of the coordinates of training: inputs and label standardized, by the
/// rows given here. Example weights, weight decay and dropout are left out.
/// </remarks>
public static class AliceLandscape
{
    /// <summary>Measures the landscape of the loss of one of a model's networks, in float64.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Rows with label and features, best those of training.</param>
    /// <param name="dataOptions">Columns, number of rows and loss; null: the defaults.</param>
    /// <param name="options">What to measure; null: the defaults.</param>
    /// <param name="network">Which of the model's networks, from 0. Default the first.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the data do not fit the model.</exception>
    /// <exception cref="InvalidOperationException">No usable rows, labels of one value only, or a loss that is not
    /// finite.</exception>
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

    /// <summary>Measures the landscape of the loss of one of the networks in a pipeline, in float64.</summary>
    /// <param name="pipeline">The pipeline; the feature column is that of its model.</param>
    /// <param name="data">Rows that the pipeline starts from, with the label, best those of training.</param>
    /// <param name="dataOptions">Label column, number of rows and loss; null: the defaults.</param>
    /// <param name="options">What to measure; null: the defaults.</param>
    /// <param name="network">Which of the model's networks, from 0. Default the first.</param>
    /// <inheritdoc cref="MeasureLandscape(AliceRegressionModelParameters, IDataView, LandscapeDataOptions?, LandscapeOptions?, int)" path="/exception"/>
    public static LandscapeReport MeasureLandscape(this ITransformer pipeline, IDataView data,
        LandscapeDataOptions? dataOptions = null, LandscapeOptions? options = null, int network = 0)
    {
        var part = PipelineModel.Find(pipeline, data);
        return Measure(part.Model, part.Data, part.Complete(dataOptions), options, network);
    }

    /// <summary>Removes the weights whose removal is expected to raise the loss least, and the hidden units that are of
    /// no use then. What a weight costs follows from Hessian and glass density: ½ h δ² + c √ρ |δ|^(3/2) (arXiv
    /// 2411.16914) with δ minus the weight.
    /// </summary>
    /// <param name="model">The model; it stays as it is.</param>
    /// <param name="fraction">Share of the weights of each network, biases not counted, to remove: 0 up to, not
    /// including, 1.</param>
    /// <param name="data">Rows with label and features, best those of training.</param>
    /// <param name="dataOptions">Columns, number of rows and loss; null: the defaults.</param>
    /// <param name="options">How to choose; null: the defaults.</param>
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

    /// <summary>Removes weights of the model in a pipeline, as
    /// <see cref="Prune(AliceRegressionModelParameters, double, IDataView, LandscapeDataOptions?, PruneOptions?)"/>
    /// does.
    /// </summary>
    /// <param name="pipeline">The pipeline; it stays as it is. The feature column is that of its model.</param>
    /// <param name="fraction">Share of the weights of each network, biases not counted, to remove: 0 up to, not
    /// including, 1.</param>
    /// <param name="data">Rows that the pipeline starts from, with the label, best those of training.</param>
    /// <param name="dataOptions">Label column, number of rows and loss; null: the defaults.</param>
    /// <param name="options">How to choose; null: the defaults.</param>
    /// <inheritdoc cref="MeasureLandscape(AliceRegressionModelParameters, IDataView, LandscapeDataOptions?, LandscapeOptions?, int)" path="/exception"/>
    /// <returns>The pipeline with the smaller model in it, which transforms and saves like any other.</returns>
    public static CompressedModel<ITransformer> Prune(this ITransformer pipeline, double fraction, IDataView data,
        LandscapeDataOptions? dataOptions = null, PruneOptions? options = null)
    {
        var part = PipelineModel.Find(pipeline, data);
        var complete = part.Complete(dataOptions);
        return With(Prune(part.Model, fraction, part.Data, complete, options),
            networks => part.With(networks, complete.LabelColumnName));
    }

    /// <summary>Rounds the weights of each layer to 2^<paramref name="bits"/> − 1 evenly spaced values around 0, and
    /// predicts what that costs. The values are still stored as <see cref="float"/>.
    /// </summary>
    /// <param name="pipeline">The pipeline; it stays as it is. The feature column is that of its model.</param>
    /// <param name="bits">Bits a weight, 2 to 16.</param>
    /// <param name="data">Rows with label and features, best those of training.</param>
    /// <param name="dataOptions">Label column, number of rows and loss; null: the defaults.</param>
    /// <param name="options">How to measure the costs; null: the defaults.</param>
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
        using var loss = new MemberLoss(model.Ensemble.Members[network], task, rows);
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
