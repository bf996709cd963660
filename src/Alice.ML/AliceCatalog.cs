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
    /// <param name="exampleWeightColumnName">Column of the rows' weights, <see cref="float"/>; null: all the same.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; null: see <see cref="AliceTrainerOptions.HiddenLayers"/>.</param>
    /// <param name="numberOfEpochs">Passes over the rows; null: chosen from their number.</param>
    /// <param name="learningRate">Learning rate at the start; null: see <see cref="AliceTrainerOptions.Optimizer"/>.</param>
    /// <exception cref="ArgumentException">Options out of range; the message names them all.</exception>
    public static AliceRegressionTrainer Alice(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenLayers = null,
        int? numberOfEpochs = null,
        double? learningRate = null) =>
        catalog.Alice(Apply(new AliceRegressionTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName,
            hiddenLayers, numberOfEpochs, learningRate));

    /// <summary>Creates an <see cref="AliceRegressionTrainer"/> with every option at hand.</summary>
    /// <param name="catalog">The trainers of <see cref="MLContext.Regression"/>.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">Options out of range; the message names them all.</exception>
    public static AliceRegressionTrainer Alice(
        this RegressionCatalog.RegressionTrainers catalog, AliceRegressionTrainer.Options options)
    {
        OptionErrors.Check(options);
        return new AliceRegressionTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

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
