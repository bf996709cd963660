using Alice.ML.Optimization;
using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;

namespace Alice.ML.Training.Plan;

/// <summary>Defaults where there are more columns than rows. docs/lab/wide-tables.md has what was measured, and what
/// was not.</summary>
internal static class WideTables
{
    /// <summary>Steps bounded by multiples of the gradient in place of Adam's step, which moves the weights of a word
    /// seen once as far as those of one seen everywhere. The rates belong to <see cref="TextScale"/>, where the
    /// logistic loss bends a quarter as much as the squared one. Most words tell nothing: both regularizations, unless
    /// the options have their own.
    /// </summary>
    public static AliceOptimizerOptions TextOptimizer(AliceOptimizerOptions options, bool isClassification)
    {
        var isRegularised = options.L1Regularization > 0 || options.L2Regularization > 0;
        return options with
        {
            StepBound = StepBound.Sgdm,
            LearningRate = isClassification ? 4 : 1,
            MinimumStep = 0.5,
            MaximumStep = 3,
            L1Regularization = isRegularised ? options.L1Regularization : 1e-4,
            L2Regularization = isRegularised ? options.L2Regularization : 1e-3,
        };
    }

    /// <summary>Whether the rows are taken for featurized text, of which a linear model learns best: classes or a mean,
    /// one label a row, mostly zeros, more columns than rows, and options that leave layers, learning rate and weight
    /// decay open.
    /// </summary>
    public static bool IsText(AliceTrainerOptions options, LearningTask task, TrainingData data) =>
        task.LabelCount == 1 && (task.IsClassification || task.Objective is SquaredObjective)
            && data.Features is SparseFeatures
            && data.Columns > data.Rows
        && options.HiddenLayers is null && options.LearningRate is null && options.WeightDecay is null;

    /// <summary>What training makes of the features of text.</summary>
    public static Standardization TextScale(LearningTask task, TrainingData data)
    {
        float[] targets = [.. data.Labels];
        task.MakeTargets(targets);
        return new TextScale(((SparseFeatures)data.Features).Rows, data).Of(targets, task.IsClassification);
    }
}
