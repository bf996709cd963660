using Alice.ML.Optimization;
using Alice.ML.Trainers;

namespace Alice.ML.Training;

/// <summary>Defaults where there are more columns than rows. docs/lab/wide-tables.md has what was measured, and what was not.</summary>
internal static class WideTables
{
    /// <summary>Passes over the rows of featurised text, and of wide tables at most.</summary>
    public const int TextEpochs = 20;
    public const int MostEpochs = 40;

    // Bins multiply the columns: with few rows, networks learn the rows by heart, or diverge.
    private const int ColumnsPerRow = 2;

    /// <summary>
    /// Steps bounded by multiples of the gradient in place of Adam's step, which moves the weights of a word seen once as far as those of
    /// one seen everywhere. The rate belongs to <see cref="SparseFeatures.CommonScale"/>.
    /// </summary>
    public static AliceOptimizerOptions TextOptimizer(AliceOptimizerOptions options) => options with
    {
        StepBound = StepBound.Sgdm,
        LearningRate = 70,
        MinimumStep = 0.5,
        MaximumStep = 3,
    };

    /// <summary>Whether there are so many columns for the rows that networks with bins, and long training, make no sense.</summary>
    public static bool IsWide(int rows, int columns) => columns > ColumnsPerRow * (long)rows;

    /// <summary>
    /// Whether the rows are taken for featurised text, of which a linear model learns best: classes, mostly zeros, more columns than rows,
    /// and options that leave layers and learning rate open.
    /// </summary>
    public static bool IsText(AliceTrainerOptions options, LearningTask task, TrainingData data) =>
        task.IsClassification && data.Features is SparseFeatures && data.Columns > data.Rows
        && options.HiddenLayers is null && options.LearningRate is null;
}
