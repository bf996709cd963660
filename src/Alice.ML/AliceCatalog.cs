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
        ArgumentNullException.ThrowIfNull(options);
        CheckRegression(options, options.Loss, options.Quantiles, options.AddScoreStandardDeviation);
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

    /// <summary>Creates an <see cref="AliceMultioutputTrainer"/>, which predicts several numbers at once with
    /// feed-forward networks.
    /// </summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.Regression"/>.</param>
    /// <param name="labelColumnName">Column of the numbers to predict, a known-sized vector of
    /// <see cref="float"/>.</param>
    /// <param name="featureColumnName">Column of the inputs, a known-sized vector of <see cref="float"/>.</param>
    /// <param name="exampleWeightColumnName">Column of the rows' weights, <see cref="float"/>; null: all the
    /// same.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Passes over the rows; null: chosen from their number.</param>
    /// <param name="learningRate">Learning rate at the start; null: see
    /// <see cref="AliceTrainerOptions.Optimizer"/>.</param>
    /// <exception cref="ArgumentException">Options out of range; the message names them all.</exception>
    public static AliceMultioutputTrainer AliceMultioutput(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenLayers = null,
        int? numberOfEpochs = null,
        double? learningRate = null) =>
            catalog.AliceMultioutput(
            Apply(new AliceMultioutputTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName,
            hiddenLayers, numberOfEpochs, learningRate));

    /// <summary>Creates an <see cref="AliceMultioutputTrainer"/> with every option at hand.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.Regression"/>.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">Options out of range; the message names them all.</exception>
    public static AliceMultioutputTrainer AliceMultioutput(
        this RegressionCatalog.RegressionTrainers catalog, AliceMultioutputTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckRegression(options, options.Loss, options.Quantiles, options.AddScoreStandardDeviation);
        return new AliceMultioutputTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Creates an <see cref="AliceMultilabelTrainer"/>, which predicts several labels of true and false at
    /// once with feed-forward networks.
    /// </summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.BinaryClassification"/>.</param>
    /// <param name="labelColumnName">Column of the labels, a known-sized vector of <see cref="bool"/>, or of
    /// <see cref="float"/> with the values 0 and 1.</param>
    /// <param name="featureColumnName">Column of the inputs, a known-sized vector of <see cref="float"/>.</param>
    /// <param name="exampleWeightColumnName">Column of the rows' weights, <see cref="float"/>; null: all the
    /// same.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Passes over the rows; null: chosen from their number.</param>
    /// <param name="learningRate">Learning rate at the start; null: see
    /// <see cref="AliceTrainerOptions.Optimizer"/>.</param>
    /// <exception cref="ArgumentException">Options out of range; the message names them all.</exception>
    public static AliceMultilabelTrainer AliceMultilabel(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenLayers = null,
        int? numberOfEpochs = null,
        double? learningRate = null) =>
            catalog.AliceMultilabel(
            Apply(new AliceMultilabelTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName,
            hiddenLayers, numberOfEpochs, learningRate));

    /// <summary>Creates an <see cref="AliceMultilabelTrainer"/> with every option at hand.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.BinaryClassification"/>.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">Options out of range; the message names them all.</exception>
    public static AliceMultilabelTrainer AliceMultilabel(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, AliceMultilabelTrainer.Options options)
    {
        OptionErrors.Check(options);
        return new AliceMultilabelTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    // The options of regression, of one label and of several.
    private static void CheckRegression(
        AliceTrainerOptions options, RegressionLoss loss, IReadOnlyList<double> quantiles, bool addsDeviation) =>
        OptionErrors.Check(options, errors => errors
            .Require(loss is { Error: null }, nameof(AliceRegressionTrainer.Options.Loss), loss, loss?.Error
                ?? "must be set")
            .Require(quantiles is not { Count: > RegressionColumns.MaximumQuantiles },
                nameof(AliceRegressionTrainer.Options.Quantiles),
                $"[{quantiles?.Count} levels]", $"at most {RegressionColumns.MaximumQuantiles} are possible")
            .Require(AreLevels(quantiles), nameof(AliceRegressionTrainer.Options.Quantiles),
                quantiles is null ? null : $"[{string.Join(", ", quantiles)}]",
                "must be between 0 and 1 and ascending, in single precision")
            .Require(quantiles is not { Count: > 0 }
                || loss != RegressionLoss.Poisson, nameof(AliceRegressionTrainer.Options.Quantiles), "set",
                "quantiles cannot be learned beside the Poisson loss: set Loss to another")
            .Require(!addsDeviation
                || options.NumberOfNetworks > 1, nameof(AliceRegressionTrainer.Options.AddScoreStandardDeviation), true,
                "one network has no standard deviation: set NumberOfNetworks to 2 or more"));

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
