using Alice.ML.Trainers;
using Alice.ML.Training.Plan;

namespace Alice.ML.Training;

/// <summary>How large and how long to train, from the number of rows, where the options do not say. docs/settings.md
/// gives the reasons.</summary>
internal static class TrainingBudget
{
    private const long SharedWorkLimit = 8_000_000;

    private const int ManyColumns = 32;

    private const int ManyRows = 3000;

    // So many rows cannot be learned by heart: strong decays were never chosen.
    private const int ManyRowsForDecay = 10_000;

    /// <summary>Two layers of 64 units; of 128 for 33 to 1,024 columns. Wider tables are text, mostly zeros, and larger
    /// layers take long.</summary>
    public static int[] HiddenLayers(int columns) => columns is > ManyColumns and <= 1024 ? [128, 128] : [64, 64];

    /// <summary>Whether a regression has rows enough, 3,000, for many steps.</summary>
    public static bool HasManySteps(int rows, bool isClassification) => !isClassification && rows >= ManyRows;

    /// <summary>What the learning rate is multiplied by: two thirds where a regression has many steps.</summary>
    public static double LearningRateFactor(int rows, bool isClassification) =>
        HasManySteps(rows, isClassification) ? 2.0 / 3 : 1;

    /// <summary>Weights of bins are learned from few rows each: in a regression with many steps, averaging takes the
    /// noise out of them. On numbers as they are a falling rate does better.
    /// </summary>
    public static LearningRateSchedule Schedule(int rows, bool isEncoded, bool isClassification) =>
        isEncoded && HasManySteps(rows, isClassification) ? LearningRateSchedule.Averaged : LearningRateSchedule.Cosine;

    /// <summary>64 rows, and twice as many for every fourfold of 50,000 rows, up to 1,024.</summary>
    public static int BatchSize(int rows)
    {
        var size = 64;
        for (long limit = 50_000; rows > limit && size < 1024; limit *= 4)
            size *= 2;
        return Math.Min(size, rows);
    }

    /// <summary>About 6,000 steps for 1,000 rows, growing with the rows to the power 0.2; between 4 and 1,000 epochs.
    /// Classes are told apart before a function is fitted: a quarter of that, or 80 epochs where that is more, though
    /// not more than the whole.
    /// </summary>
    public static int Epochs(int rows, int batchSize, bool isClassification, Effort effort = Effort.Default)
    {
        var share = effort switch { Effort.Quick => 1.0 / 8, Effort.Best => 4, _ => 1 };
        var steps = 6000 * Math.Pow(rows / 1000.0, 0.2);
        var epochs = (int)Math.Clamp(Math.Round(steps * batchSize / rows), 4, 1000);
        return (int)Math.Ceiling(share * (isClassification ? Math.Min(epochs, Math.Max(80, epochs / 4)) : epochs));
    }

    /// <summary>Parts of the rows that are held out while plans are compared.</summary>
    public static int Folds(int rows, Effort effort) => effort switch
    {
        Effort.Quick => 1,
        Effort.Best => 2 * RaceRules.Folds(rows),
        _ => RaceRules.Folds(rows),
    };

    /// <summary>Whether bins of numbers have rows enough to learn from: 50, and not many more columns than rows. Many
    /// numbers together (pixels, sensors) tell classes apart without bins.
    /// </summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="columns">Columns, slots of categories among them.</param>
    /// <param name="numbers">Columns of three values or more.</param>
    /// <param name="isClassification">Whether classes are to be told apart.</param>
    public static bool SuitsBins(int rows, int columns, int numbers, bool isClassification) =>
        rows >= 50 && numbers > 0 && !WideTables.IsWide(rows, columns) && (!isClassification || numbers <= ManyColumns);

    /// <summary>Bins a column: the square root of the rows, since more rows show finer structure, from 32 to 96; with
    /// many columns fewer, so that the first layer has 1,024 inputs.
    /// </summary>
    public static int Bins(int rows, int columns) =>
        (int)Math.Clamp(Math.Min(Math.Sqrt(rows), 1024.0 / columns), 32, 96);

    /// <summary>Weight decays to choose from, ascending. Classes are told apart by large weights sooner than numbers
    /// are fitted by them.</summary>
    public static double[] WeightDecays(int rows, bool isClassification) =>
        (isClassification, rows < ManyRowsForDecay) switch
        {
            (true, true) => [1, 6, 36],
            (true, false) => [1, 6],
            (false, true) => [0, 1, 3, 10],
            (false, false) => [0, 1],
        };

    /// <summary>Shares of hidden units to leave out to choose from, ascending.</summary>
    public static double[] Dropouts(bool isClassification) => isClassification ? [0, 0.2] : [0];

    /// <summary>Weight decays of linear networks to choose from; wide tables want strong ones.</summary>
    public static double[] LinearDecays(int rows, int columns) => columns > rows ? [1, 10, 100] : [1];

    /// <summary>One thread where a step is too little work to share: waiting for each other would take longer. Null: as
    /// many as there are.
    /// </summary>
    public static int? Threads(long parameters, int batchSize) =>
        parameters * batchSize < SharedWorkLimit ? 1 : null;
}
