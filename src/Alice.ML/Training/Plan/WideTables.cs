using Alice.ML.Optimization;
using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;

namespace Alice.ML.Training.Plan;

/// <summary>Defaults for tables with more columns than rows. docs/lab/wide-tables.md has the measurements.</summary>
internal static class WideTables
{
    /// <summary>Optimizer for featurized text. Steps are bounded by multiples of the gradient instead of Adam's step,
    /// which moves the weights of a rare word as far as those of a frequent one. The rates suit
    /// <see cref="TextScale"/>, where the logistic loss has a quarter of the curvature of the squared loss. Most words
    /// are not informative, so L1 and L2 regularization are added unless the options set their own.</summary>
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

    /// <summary>Whether the rows are treated as featurized text, for which a linear model is best. The task is
    /// classification or squared loss with one label, the features are sparse, there are more columns than rows, and
    /// the options for layers, learning rate and weight decay are not set.</summary>
    public static bool IsText(AliceTrainerOptions options, LearningTask task, TrainingData data) =>
        task.LabelCount == 1 && (task.IsClassification || task.Objective is SquaredObjective)
            && data.Features is SparseFeatures
            && data.Columns > data.Rows
        && options.HiddenLayers is null && options.LearningRate is null && options.WeightDecay is null;

    /// <summary>Scaling of the features of text in training.</summary>
    public static Standardization TextScale(LearningTask task, TrainingData data)
    {
        float[] targets = [.. data.Labels];
        task.MakeTargets(targets);
        return new TextScale(((SparseFeatures)data.Features).Rows, data).Of(targets, task.IsClassification);
    }
}
