using Alice.ML.Tool.Data;
using Microsoft.ML;
using Microsoft.ML.Trainers.LightGbm;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>Options of LightGBM that the search draws.</summary>
/// <param name="Leaves">Leaves of a tree, at most.</param>
/// <param name="LearningRate">What a tree counts.</param>
/// <param name="Iterations">Trees, for each class.</param>
/// <param name="RowsPerLeaf">At least.</param>
/// <param name="L1">Of the leaves' values.</param>
/// <param name="L2">The same.</param>
/// <param name="Features">Share of the features that a tree may use.</param>
/// <param name="Rows">Share of the rows that a tree is given.</param>
/// <param name="CategorySmoothing">Of splits by sets of categories; null: one-hot columns are split one by one.</param>
internal sealed record LightGbmSetting(
    int Leaves, double LearningRate, int Iterations, int RowsPerLeaf, double L1, double L2, double Features,
    double Rows, double? CategorySmoothing)
{
    /// <summary>Draws one: sizes and rates evenly in their logarithms, shares evenly.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="hasCategories">Whether there are categories to smooth.</param>
    public static LightGbmSetting Draw(Random random, bool hasCategories) => new(
        (int)LogUniform(random, 4, 256), LogUniform(random, 0.01, 0.3), (int)LogUniform(random, 30, 1000),
        (int)LogUniform(random, 1, 100),
        OrZero(random, 1e-3, 10), OrZero(random, 1e-3, 20), Uniform(random, 0.4, 1), Uniform(random, 0.5, 1),
        hasCategories && random.Next(2) == 0 ? LogUniform(random, 1, 100) : null);

    /// <summary>The trainer with these options.</summary>
    /// <param name="setting">Null: all defaults, one-hot columns split one by one as for the contestant without a
    /// search.</param>
    /// <param name="ml">Where to train.</param>
    /// <param name="data">The rows.</param>
    /// <param name="seed">Of the rows and features that are left out.</param>
    /// <param name="threads">Threads.</param>
    public static IEstimator<ITransformer> Trainer(
        LightGbmSetting? setting, MLContext ml, SplitData data, int seed, int threads)
    {
        switch (data.Task)
        {
            case TaskKind.Binary:
                var binary = new LightGbmBinaryTrainer.Options { LabelColumnName = data.LabelName };
                Apply(setting, binary, seed, threads);
                return ml.BinaryClassification.Trainers.LightGbm(binary);
            case TaskKind.Multiclass:
                var multiclass = new LightGbmMulticlassTrainer.Options { LabelColumnName = data.LabelName };
                Apply(setting, multiclass, seed, threads);
                return ml.MulticlassClassification.Trainers.LightGbm(multiclass);
            default:
                var regression = new LightGbmRegressionTrainer.Options { LabelColumnName = data.LabelName };
                Apply(setting, regression, seed, threads);
                return ml.Regression.Trainers.LightGbm(regression);
        }
    }

    private static void Apply<TOptions, TOutput, TTransformer, TModel>(
        LightGbmSetting? setting, LightGbmTrainerBase<TOptions, TOutput, TTransformer, TModel>.OptionsBase options,
        int seed, int threads)
        where TOptions : LightGbmTrainerBase<TOptions, TOutput, TTransformer, TModel>.OptionsBase, new()
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        options.Seed = seed;
        options.NumberOfThreads = threads;
        options.UseCategoricalSplit = setting?.CategorySmoothing is not null;
        if (setting is null)
            return;
        options.NumberOfLeaves = setting.Leaves;
        options.LearningRate = setting.LearningRate;
        options.NumberOfIterations = setting.Iterations;
        options.MinimumExampleCountPerLeaf = setting.RowsPerLeaf;
        options.CategoricalSmoothing = setting.CategorySmoothing ?? options.CategoricalSmoothing;
        options.Booster = new GradientBooster.Options
        {
            L1Regularization = setting.L1,
            L2Regularization = setting.L2,
            FeatureFraction = setting.Features,
            SubsampleFraction = setting.Rows,
            SubsampleFrequency = 1,
        };
    }

    private static double Uniform(Random random, double low, double high) => low + (high - low) * random.NextDouble();

    private static double LogUniform(Random random, double low, double high) =>
        low * Math.Pow(high / low, random.NextDouble());

    // Half of the time none.
    private static double OrZero(Random random, double low, double high) =>
        random.Next(2) == 0 ? 0 : LogUniform(random, low, high);
}
