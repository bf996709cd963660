using Alice.ML.Models;
using Alice.ML.Trainers;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Extension methods that create the Alice trainers.</summary>
public static class AliceCatalog
{
    /// <summary>
    /// Creates an <see cref="AliceRegressionTrainer"/>, which predicts a number with a feed-forward network.
    /// </summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.Regression"/>.</param>
    /// <param name="labelColumnName">Column of the number to predict, <see cref="float"/>.</param>
    /// <param name="featureColumnName">Column of the inputs, a known-sized vector of <see cref="float"/>.</param>
    /// <param name="exampleWeightColumnName">Column of the rows' weights, <see cref="float"/>; null: every row
    /// counts the same.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Passes over the rows; null: chosen on held-out rows.</param>
    /// <param name="learningRate">Learning rate at the start; null: see
    /// <see cref="AliceTrainerOptions.Optimizer"/>.</param>
    /// <exception cref="ArgumentException">Options out of range; the message lists them all.</exception>
    public static AliceRegressionTrainer Alice(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenLayers = null,
        int? numberOfEpochs = null,
        double? learningRate = null) =>
            catalog.Alice(
            Apply(new AliceRegressionTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName,
            hiddenLayers, numberOfEpochs, learningRate));

    /// <summary>Creates an <see cref="AliceRegressionTrainer"/> with options.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.Regression"/>.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">Options out of range; the message lists them all.</exception>
    public static AliceRegressionTrainer Alice(
        this RegressionCatalog.RegressionTrainers catalog, AliceRegressionTrainer.Options options)
    {
        OptionErrors.Check(options, errors => errors
            .Require(options.Loss is { Error: null }, nameof(options.Loss), options.Loss, options.Loss?.Error
                ?? "must be set")
            .Require(options.Quantiles is not { Count: > RegressionColumns.MaximumQuantiles },
                nameof(options.Quantiles),
                $"[{options.Quantiles?.Count} levels]", $"at most {RegressionColumns.MaximumQuantiles} are possible")
            .Require(AreLevels(options.Quantiles), nameof(options.Quantiles),
                options.Quantiles is null ? null : $"[{string.Join(", ", options.Quantiles)}]",
                "must be between 0 and 1 and ascending, in single precision")
            .Require(options.Quantiles is not { Count: > 0 }
                || options.Loss != RegressionLoss.Poisson, nameof(options.Quantiles), "set",
                "quantiles cannot be learned beside the Poisson loss: set Loss to another")
            .Require(!options.AddScoreStandardDeviation
                || options.NumberOfNetworks > 1, nameof(options.AddScoreStandardDeviation), true,
                "one network has no standard deviation: set NumberOfNetworks to 2 or more"));
        return new AliceRegressionTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>
    /// Creates an <see cref="AliceBinaryTrainer"/>, which tells two classes apart with a feed-forward network.
    /// </summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.BinaryClassification"/>.</param>
    /// <param name="labelColumnName">Column of the class, <see cref="bool"/>.</param>
    /// <param name="featureColumnName">Column of the inputs, a known-sized vector of <see cref="float"/>.</param>
    /// <param name="exampleWeightColumnName">Column of the rows' weights, <see cref="float"/>; null: every row
    /// counts the same.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Passes over the rows; null: chosen on held-out rows.</param>
    /// <param name="learningRate">Learning rate at the start; null: see
    /// <see cref="AliceTrainerOptions.Optimizer"/>.</param>
    /// <exception cref="ArgumentException">Options out of range; the message lists them all.</exception>
    public static AliceBinaryTrainer Alice(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenLayers = null,
        int? numberOfEpochs = null,
        double? learningRate = null) =>
            catalog.Alice(
            Apply(new AliceBinaryTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName,
            hiddenLayers, numberOfEpochs, learningRate));

    /// <summary>Creates an <see cref="AliceBinaryTrainer"/> with options.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.BinaryClassification"/>.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">Options out of range; the message lists them all.</exception>
    public static AliceBinaryTrainer Alice(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, AliceBinaryTrainer.Options options)
    {
        OptionErrors.Check(options);
        return new AliceBinaryTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>
    /// Creates an <see cref="AliceMulticlassTrainer"/>, which tells several classes apart with a feed-forward network.
    /// </summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.MulticlassClassification"/>.</param>
    /// <param name="labelColumnName">Column of the class, a key.</param>
    /// <param name="featureColumnName">Column of the inputs, a known-sized vector of <see cref="float"/>.</param>
    /// <param name="exampleWeightColumnName">Column of the rows' weights, <see cref="float"/>; null: every row
    /// counts the same.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Passes over the rows; null: chosen on held-out rows.</param>
    /// <param name="learningRate">Learning rate at the start; null: see
    /// <see cref="AliceTrainerOptions.Optimizer"/>.</param>
    /// <exception cref="ArgumentException">Options out of range; the message lists them all.</exception>
    public static AliceMulticlassTrainer Alice(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenLayers = null,
        int? numberOfEpochs = null,
        double? learningRate = null) =>
            catalog.Alice(
            Apply(new AliceMulticlassTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName,
            hiddenLayers, numberOfEpochs, learningRate));

    /// <summary>Creates an <see cref="AliceMulticlassTrainer"/> with options.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.MulticlassClassification"/>.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">Options out of range; the message lists them all.</exception>
    public static AliceMulticlassTrainer Alice(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        AliceMulticlassTrainer.Options options)
    {
        OptionErrors.Check(options);
        return new AliceMulticlassTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    // As floats, which the model keeps: two levels closer than that are one.
    private static bool AreLevels(IReadOnlyList<double>? levels) =>
        levels is not null && levels.All(level => (float)level is > 0 and < 1)
        && levels.Zip(levels.Skip(1), (a, b) => (float)a < (float)b).All(rises => rises);

    private static TOptions Apply<TOptions>(TOptions options, string labelColumnName, string featureColumnName,
        string? exampleWeightColumnName, IReadOnlyList<int>? hiddenLayers, int? numberOfEpochs, double? learningRate)
        where TOptions : AliceTrainerOptions
    {
        options.LabelColumnName = labelColumnName;
        options.FeatureColumnName = featureColumnName;
        options.ExampleWeightColumnName = exampleWeightColumnName;
        options.HiddenLayers = hiddenLayers ?? options.HiddenLayers;
        options.NumberOfEpochs = numberOfEpochs;
        options.LearningRate = learningRate;
        return options;
    }
}
