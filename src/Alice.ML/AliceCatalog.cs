using Alice.ML.Models;
using Alice.ML.Trainers;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Extension methods that create the Alice trainers.</summary>
public static class AliceCatalog
{
    /// <summary>Creates an <see cref="AliceRegressionTrainer"/>, which predicts a number with an ensemble of
    /// feed-forward networks.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.Regression"/>.</param>
    /// <param name="labelColumnName">Column with the number to predict, of type <see cref="float"/>. Default
    /// "Label".</param>
    /// <param name="featureColumnName">Column with the features, a known-sized vector of <see cref="float"/>. Default
    /// "Features".</param>
    /// <param name="exampleWeightColumnName">Column with the weight of each row, of type <see cref="float"/>, 0 or
    /// more. Default null: all rows count the same.</param>
    /// <param name="hiddenLayers">Number of units in each hidden layer. Default null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Number of passes over the training rows, 1 or more. Default null: chosen on
    /// held-out rows.</param>
    /// <param name="learningRate">Initial learning rate, above 0. Default null: see
    /// <see cref="AliceTrainerOptions.LearningRate"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
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
    /// <param name="options">The options of the trainer.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
    public static AliceRegressionTrainer Alice(
        this RegressionCatalog.RegressionTrainers catalog, AliceRegressionTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckRegression(options, options.Loss, options.Quantiles, options.AddScoreStandardDeviation);
        return new AliceRegressionTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Creates an <see cref="AliceBinaryTrainer"/>, which predicts one of two classes with an ensemble of
    /// feed-forward networks.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.BinaryClassification"/>.</param>
    /// <param name="labelColumnName">Column with the class, of type <see cref="bool"/>. Default "Label".</param>
    /// <param name="featureColumnName">Column with the features, a known-sized vector of <see cref="float"/>. Default
    /// "Features".</param>
    /// <param name="exampleWeightColumnName">Column with the weight of each row, of type <see cref="float"/>, 0 or
    /// more. Default null: all rows count the same.</param>
    /// <param name="hiddenLayers">Number of units in each hidden layer. Default null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Number of passes over the training rows, 1 or more. Default null: chosen on
    /// held-out rows.</param>
    /// <param name="learningRate">Initial learning rate, above 0. Default null: see
    /// <see cref="AliceTrainerOptions.LearningRate"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
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
    /// <param name="options">The options of the trainer.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
    public static AliceBinaryTrainer Alice(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, AliceBinaryTrainer.Options options)
    {
        OptionErrors.Check(options);
        return new AliceBinaryTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Creates an <see cref="AliceMulticlassTrainer"/>, which predicts one of several classes with an ensemble
    /// of feed-forward networks.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.MulticlassClassification"/>.</param>
    /// <param name="labelColumnName">Column with the class, a key. Default "Label".</param>
    /// <param name="featureColumnName">Column with the features, a known-sized vector of <see cref="float"/>. Default
    /// "Features".</param>
    /// <param name="exampleWeightColumnName">Column with the weight of each row, of type <see cref="float"/>, 0 or
    /// more. Default null: all rows count the same.</param>
    /// <param name="hiddenLayers">Number of units in each hidden layer. Default null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Number of passes over the training rows, 1 or more. Default null: chosen on
    /// held-out rows.</param>
    /// <param name="learningRate">Initial learning rate, above 0. Default null: see
    /// <see cref="AliceTrainerOptions.LearningRate"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
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
    /// <param name="options">The options of the trainer.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
    public static AliceMulticlassTrainer Alice(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        AliceMulticlassTrainer.Options options)
    {
        OptionErrors.Check(options);
        return new AliceMulticlassTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Creates an <see cref="AliceMultioutputTrainer"/>, which predicts several numbers at once with an
    /// ensemble of feed-forward networks.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.Regression"/>.</param>
    /// <param name="labelColumnName">Column with the numbers to predict, a known-sized vector of <see cref="float"/>.
    /// Default "Label".</param>
    /// <param name="featureColumnName">Column with the features, a known-sized vector of <see cref="float"/>. Default
    /// "Features".</param>
    /// <param name="exampleWeightColumnName">Column with the weight of each row, of type <see cref="float"/>, 0 or
    /// more. Default null: all rows count the same.</param>
    /// <param name="hiddenLayers">Number of units in each hidden layer. Default null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Number of passes over the training rows, 1 or more. Default null: chosen on
    /// held-out rows.</param>
    /// <param name="learningRate">Initial learning rate, above 0. Default null: see
    /// <see cref="AliceTrainerOptions.LearningRate"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
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

    /// <summary>Creates an <see cref="AliceMultioutputTrainer"/> with options.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.Regression"/>.</param>
    /// <param name="options">The options of the trainer.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
    public static AliceMultioutputTrainer AliceMultioutput(
        this RegressionCatalog.RegressionTrainers catalog, AliceMultioutputTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckRegression(options, options.Loss, options.Quantiles, options.AddScoreStandardDeviation);
        return new AliceMultioutputTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Creates an <see cref="AliceMultilabelTrainer"/>, which predicts several Boolean labels at once with an
    /// ensemble of feed-forward networks.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.BinaryClassification"/>.</param>
    /// <param name="labelColumnName">Column with the labels, a known-sized vector of <see cref="bool"/>, or of
    /// <see cref="float"/> with the values 0 and 1. Default "Label".</param>
    /// <param name="featureColumnName">Column with the features, a known-sized vector of <see cref="float"/>. Default
    /// "Features".</param>
    /// <param name="exampleWeightColumnName">Column with the weight of each row, of type <see cref="float"/>, 0 or
    /// more. Default null: all rows count the same.</param>
    /// <param name="hiddenLayers">Number of units in each hidden layer. Default null: see
    /// <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Number of passes over the training rows, 1 or more. Default null: chosen on
    /// held-out rows.</param>
    /// <param name="learningRate">Initial learning rate, above 0. Default null: see
    /// <see cref="AliceTrainerOptions.LearningRate"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
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

    /// <summary>Creates an <see cref="AliceMultilabelTrainer"/> with options.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.BinaryClassification"/>.</param>
    /// <param name="options">The options of the trainer.</param>
    /// <exception cref="ArgumentException">An option is out of range. The message lists all such options.</exception>
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
                "quantiles cannot be combined with the Poisson loss: set Loss to another")
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
