using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Tool.Data;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>Trains networks and measures their landscapes. By default one network, with unencoded numbers, and without
/// weight decay for regression: simple enough to interpret.</summary>
internal sealed class LandscapeStudy(MLContext ml, PreparedData data, NetworkSettings settings)
{
    private const int LinePoints = 40;

    private readonly NetworkSettings _settings = settings with
    {
        NumberOfNetworks = settings.NumberOfNetworks ?? 1,
        NumericEncoding = settings.NumericEncoding ?? NumericEncoding.None,
        WeightDecay = settings.WeightDecay ?? (data.Schema.Target.Task == TaskKind.Regression ? 0 : 1),
    };

    /// <summary>Trains a network.</summary>
    public ITransformer Train(
        Activation activation, IProgress<AliceProgress> progress, CancellationToken cancellation) =>
            data.Task.Fit(ml, data.Train, null, _settings with { Activation = activation }, progress, cancellation)
                .Model;

    /// <summary>Measures its landscape on the training rows.</summary>
    /// <param name="model">What <see cref="Train"/> gave.</param>
    /// <param name="rows">Maximum number of rows.</param>
    /// <param name="directions">Number of random directions at each distance.</param>
    /// <param name="cancellation">Cancels the measurement.</param>
    public LandscapeReport Measure(ITransformer model, int rows, int directions, CancellationToken cancellation) =>
        model.MeasureLandscape(data.Train,
            new()
            {
                LabelColumnName = data.Schema.Label.Name,
                Loss = _settings.Loss,
                MaximumRows = rows,
            },
            new()
            {
                Directions = directions,
                LinePoints = LinePoints,
                Seed = _settings.Seed,
                CancellationToken = cancellation,
            });
}
