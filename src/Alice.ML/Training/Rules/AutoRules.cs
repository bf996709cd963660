using Alice.ML.Trainers;

namespace Alice.ML.Training.Rules;

/// <summary>Every rule by which a trainer chooses from the data what its options leave open, with its constants.
/// docs/rules.md says the same in words; a test holds the two together. Defaults that do not depend on the data are in
/// <see cref="AliceTrainerOptions"/> and <see cref="Optimization.AliceOptimizerOptions"/>.
/// </summary>
internal static class AutoRules
{
    // Networks and minibatches.
    // ---------------------------------------------------------------------------------------------------------------

    public const int Units = 64;
    public const int UnitsOfManyColumns = 128;
    public const int ManyColumns = 32;
    public const int ManyClasses = 10;

    /// <summary>Wider tables are read as the values that are not zero, and stay so where that takes less memory.
    /// </summary>
    public const int WideColumns = 1024;

    public const int LeastBatchSize = 64;
    public const int MostBatchSize = 1024;
    public const int RowsOfLeastBatchSize = 50_000;

    /// <summary>From here on a regression has rows enough for many steps.</summary>
    public const int ManyRows = 3000;

    /// <summary>What the learning rate is multiplied by where a regression has many steps.</summary>
    public const double RateOfManySteps = 2.0 / 3;

    /// <summary>Parameters × minibatch below which a step is too little work to share: waiting for each other would
    /// take longer.</summary>
    public const long LeastSharedWork = 8_000_000;

    /// <summary>Products of a layer's rows, inputs and units, summed over the layers, up to which networks train by
    /// vector kernels: 512-512-512-1 with 1,024 rows, the largest that was measured. Larger ones are worth sharing
    /// among many cores, which the kernels do not do.</summary>
    public const double MostKernelProducts = 6e8;

    /// <summary>Two hidden layers of 64 units; of 128 for 33 to 1,024 columns, and for ten classes, which share them.
    /// Three for several labels of fewer columns, the middle one half as large again: as good as two of 128, in less
    /// time. Wider tables are text, mostly zeros, and larger layers take long.</summary>
    /// <param name="columns">Columns.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="classes">Classes of a label; 0 for numbers.</param>
    public static int[] HiddenLayers(int columns, int labels, int classes) =>
        columns > WideColumns ? [Units, Units]
        : columns > ManyColumns || classes >= ManyClasses ? [UnitsOfManyColumns, UnitsOfManyColumns]
        : labels > 1 ? [Units, Units + Units / 2, Units]
        : [Units, Units];

    /// <summary>64 rows, and twice as many for every fourfold of 50,000 rows, up to 1,024.</summary>
    public static int BatchSize(int rows)
    {
        var size = LeastBatchSize;
        for (long limit = RowsOfLeastBatchSize; rows > limit && size < MostBatchSize; limit *= 4)
            size *= 2;
        return Math.Min(size, rows);
    }

    /// <summary>Whether a regression has rows enough for many steps.</summary>
    public static bool HasManySteps(int rows, bool isClassification) => !isClassification && rows >= ManyRows;

    /// <summary>What the learning rate is multiplied by.</summary>
    public static double LearningRateFactor(int rows, bool isClassification) =>
        HasManySteps(rows, isClassification) ? RateOfManySteps : 1;

    /// <summary>One thread where a step is too little work to share. Null: as many as there are.</summary>
    public static int? Threads(long parameters, int batchSize) =>
        parameters * batchSize < LeastSharedWork ? 1 : null;

    /// <summary>Whether networks train by vector kernels. It does not depend on the number of threads: so neither do
    /// the results.</summary>
    /// <param name="isCpu">Whether they train on the CPU.</param>
    /// <param name="isSparse">Whether features are mostly zeros: on the CPU only vector kernels read them.</param>
    /// <param name="layerSizes">Columns, hidden layers, outputs.</param>
    /// <param name="batchRows">Rows that are evaluated at once.</param>
    public static bool SuitsKernels(bool isCpu, bool isSparse, IReadOnlyList<int> layerSizes, int batchRows)
    {
        double products = 0;
        for (var layer = 1; layer < layerSizes.Count; layer++)
            products += (double)batchRows * layerSizes[layer - 1] * layerSizes[layer];
        return isCpu && (isSparse || products <= MostKernelProducts);
    }

    // Length of training.
    // ---------------------------------------------------------------------------------------------------------------

    public const double StepsOfThousandRows = 6000;
    public const double StepPower = 0.2;
    public const int LeastEpochs = 4;
    public const int MostEpochs = 1000;
    public const int EpochsOfClasses = 80;
    public const double ShareOfClasses = 0.25;
    public const double QuickShare = 1.0 / 8;
    public const double BestShare = 4;

    /// <summary>The rate ends there, as a share of the learning rate.</summary>
    public const double CosineFloor = 0.01;

    /// <summary>Rate of <see cref="LearningRateSchedule.Averaged"/>, and of the race.</summary>
    public const double AveragedRate = 0.5;

    /// <summary>Every so many steps the weights enter their mean.</summary>
    public const int StepsPerAverage = 8;

    /// <summary>Share of the finish in which the rate rises from zero.</summary>
    public const double WarmUp = 0.1;

    /// <summary>Usual epochs: about 6,000 steps for 1,000 rows, growing with the rows to the power 0.2; between 4 and
    /// 1,000 epochs. Classes are told apart before a function is fitted: a quarter of that, or 80 epochs where that is
    /// more, though not more than the whole.</summary>
    public static int Epochs(int rows, int batchSize, bool isClassification, Effort effort = Effort.Default)
    {
        var share = effort switch { Effort.Quick => QuickShare, Effort.Best => BestShare, _ => 1 };
        var steps = StepsOfThousandRows * Math.Pow(rows / 1000.0, StepPower);
        var epochs = (int)Math.Clamp(Math.Round(steps * batchSize / rows), LeastEpochs, MostEpochs);
        var usual = isClassification
            ? Math.Min(epochs, Math.Max(EpochsOfClasses, (int)(ShareOfClasses * epochs)))
            : epochs;
        return (int)Math.Ceiling(share * usual);
    }

    /// <summary>Weights of bins are learned from few rows each: in a regression with many steps, averaging takes the
    /// noise out of them. On numbers as they are a falling rate does better.</summary>
    public static LearningRateSchedule Schedule(int rows, bool isEncoded, bool isClassification) =>
        isEncoded && HasManySteps(rows, isClassification) ? LearningRateSchedule.Averaged : LearningRateSchedule.Cosine;

    // Plans of the race.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>So many rows cannot be learned by heart: strong decays were never chosen.</summary>
    public const int ManyRowsForDecay = 10_000;

    /// <summary>With fewer rows a column, linear networks with L1 regularization are plans, too.</summary>
    public const int RowsPerColumnOfL1 = 4;

    /// <summary>Dropout of classification.</summary>
    public const double UsualDropout = 0.2;

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
    public static double[] Dropouts(bool isClassification) => isClassification ? [0, UsualDropout] : [0];

    /// <summary>Weight decays of linear networks to choose from; wide tables want strong ones.</summary>
    public static double[] LinearDecays(int rows, int columns) => columns > rows ? [1, 10, 100] : [1];

    /// <summary>L1 regularizations of linear networks to choose from, besides none: where there are more columns than a
    /// quarter of the rows, few of them may tell something, and only L1 finds them.</summary>
    public static double[] LinearL1(int rows, int columns, bool isClassification) =>
        columns * (long)RowsPerColumnOfL1 <= rows ? [] : isClassification ? [0.01, 0.03, 0.1] : [0.03, 0.1, 0.3];

    // The race.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>Fewer rows tell nothing when some are held out.</summary>
    public const int LeastRowsOfRace = 50;

    /// <summary>Networks of a plan in each fold: the second one tells how much of the loss is due to the
    /// seed.</summary>
    public const int NetworksPerFold = 2;

    /// <summary>Judgments up to the usual number of steps, each after twice the steps of the one before.</summary>
    public const int Rungs = 7;

    public const int RowsOfTwoFolds = 500;
    public const int RowsOfOneFold = 1500;
    public const double HeldOutShare = 0.2;
    public const int MostHeldOutRows = 20_000;

    /// <summary>From this rung on the worse half leaves: a sixteenth of the steps.</summary>
    public const int FirstDrop = 2;

    /// <summary>From this rung on who is not in the ensemble leaves: a quarter of the steps.</summary>
    public const int EnsembleDrop = 4;

    /// <summary>The loss must fall to this share of its lowest before: of the mean squared error, .75% of its root.
    /// </summary>
    public const double Gain = 0.985;

    /// <summary>The same at the usual steps: a race beyond them takes most of a fit's time.</summary>
    public const double GainBeyondUsual = 0.9;

    /// <summary>The same at twice the usual steps: smooth functions without noise are learned ever better.</summary>
    public const double GainBeyondTwice = 0.5;

    public const int MostRowsOfLongRaces = 50_000;

    /// <summary>Where few rows are learned by heart, the loss may fall again long after it rose: below these rows one
    /// plan is given the time.</summary>
    public const int RowsWithoutPatience = 5000;

    public const double PatientDecay = 1;

    /// <summary>Deviation of the logarithm of the temperature before anything is known: few rows cannot tell how sure
    /// to be.</summary>
    public const double TemperatureDeviation = 0.3;

    /// <summary>Farthest logarithm of the temperature.</summary>
    public const double FarthestTemperature = 1;

    /// <summary>Parts of the rows that are held out, each from networks of its own. The fewer rows, the more chance
    /// there is in one part.</summary>
    public static int Folds(int rows, Effort effort = Effort.Default)
    {
        var folds = rows < RowsOfTwoFolds ? 3 : rows < RowsOfOneFold ? 2 : 1;
        return effort switch { Effort.Quick => 1, Effort.Best => 2 * folds, _ => folds };
    }

    /// <summary>Whether so many rows of the user's judge plans in place of parts of the training rows.</summary>
    public static bool JudgesBy(int validationRows) => validationRows >= LeastRowsOfRace;

    /// <summary>Rows of each part: a fifth of all, less for more than five parts, 20,000 at most.</summary>
    public static int HeldOutRows(int rows, int folds) =>
        (int)Math.Min(MostHeldOutRows, Math.Min(HeldOutShare, 1.0 / folds) * rows);

    /// <summary>Steps at the end of a rung.</summary>
    /// <param name="rung">From 0.</param>
    /// <param name="usual">The usual number of steps.</param>
    public static long Steps(int rung, long usual) =>
        Math.Max(rung + 1, rung < Rungs ? usual >> (Rungs - 1 - rung) : usual << (rung - Rungs + 1));

    /// <summary>The last rung: that of twice the usual steps, and for regression up to 50,000 rows that of four times
    /// as many.</summary>
    public static int LastRung(int rows, bool isClassification) =>
        Rungs + (isClassification || rows > MostRowsOfLongRaces ? 0 : 1);

    /// <summary>Candidates of a rung that go on, by their loss: half of them from a sixteenth of the steps on, and two
    /// at least.</summary>
    public static int Kept(int rung, int running) => rung < FirstDrop ? running : Math.Max(2, (running + 1) / 2);

    /// <summary>Whether only candidates go on that the ensemble would be made of now; before that, the best one of each
    /// encoding does.</summary>
    public static bool KeepsEnsemble(int rung) => rung >= EnsembleDrop;

    /// <summary>Whether a candidate has gained enough by the rung to go on.</summary>
    /// <param name="rung">The rung.</param>
    /// <param name="before">Its lowest loss before.</param>
    /// <param name="now">Its loss now.</param>
    public static bool HasGained(int rung, double before, double now) =>
        rung < EnsembleDrop || now < before * rung switch
        {
            < Rungs - 1 => Gain,
            Rungs - 1 => GainBeyondUsual,
            _ => GainBeyondTwice,
        };

    /// <summary>Whether a plan may go on though it is behind: below 5,000 rows bins with little decay for numbers,
    /// dropout with little decay for classes. Several labels make it harder to learn rows by heart: a row counts once
    /// for each.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="labels">Labels of a row.</param>
    /// <param name="isClassification">Whether classes are to be told apart.</param>
    /// <param name="hasBins">Whether the plan has bins.</param>
    /// <param name="weightDecay">Its weight decay.</param>
    /// <param name="dropout">Its dropout.</param>
    public static bool IsPatient(
        int rows, int labels, bool isClassification, bool hasBins, double weightDecay, double dropout) =>
        rows * (long)labels < RowsWithoutPatience && weightDecay == PatientDecay
        && (isClassification ? dropout > 0 && !hasBins : hasBins);

    /// <summary>Whether the patient plan goes on: up to a quarter of the usual steps, and up to the usual steps while
    /// its loss falls.</summary>
    /// <param name="rung">The rung.</param>
    /// <param name="before">Its loss at the rung before.</param>
    /// <param name="now">Its loss now.</param>
    public static bool StaysPatient(int rung, double before, double now) =>
        rung < EnsembleDrop || rung < Rungs - 1 && now < before * Gain;

    // The finish.
    // ---------------------------------------------------------------------------------------------------------------

    public const double FinishOfSmallTables = 1;
    public const double FinishOfLargeTables = 0.5;
    public const double FinishWithQuantiles = 0.1;

    /// <summary>Steps that the networks of the ensemble take with all rows, for each that they have taken: half, and
    /// all of it where few rows make every one of the held-out rows count. A tenth with quantiles: what shifts them is
    /// measured before.</summary>
    public static double StepsToFinish(int rows, bool isClassification, bool hasQuantiles) =>
        hasQuantiles ? FinishWithQuantiles
        : isClassification || Folds(rows) == 1 ? FinishOfLargeTables
        : FinishOfSmallTables;

    // Limited time.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>Shortest course that is worth comparing all plans on; with less time, only one plan of each encoding
    /// starts.</summary>
    public const long LeastStepsOfAllPlans = 400;

    /// <summary>Steps that tell how long one takes, after the first one.</summary>
    public const long TimingSteps = 8;

    /// <summary>With much time the race may take so many times the usual steps, while networks gain.</summary>
    public const long MostOfUsual = 4;

    /// <summary>Share of the time left that steps may take; judging, reading and folding take the rest.</summary>
    public const double TimeOfSteps = 0.85;

    /// <summary>Share of the time left that is kept for the finish when the race begins.</summary>
    public const double TimeKeptForFinish = 0.4;

    /// <summary>Share of the time left that the finish may take; the rest is for making the model.</summary>
    public const double TimeOfFinish = 0.9;

    /// <summary>Steps of one network that a race with so many candidates takes in all, about, for each of its usual
    /// steps.</summary>
    public static double Work(int candidates, int folds) => NetworksPerFold * folds * (candidates / 8.0 + 1.5);

    // Inputs.
    // ---------------------------------------------------------------------------------------------------------------

    public const int LeastRowsOfBins = 50;
    public const int LeastBins = 32;
    public const int MostBins = 96;

    /// <summary>Inputs of the first layer beyond which columns get fewer bins.</summary>
    public const int MostBinnedInputs = 1024;

    /// <summary>A bin must hold enough rows to learn its slope from.</summary>
    public const int RowsPerBin = 25;

    /// <summary>Edges of bins lie further apart than this, in standard deviations.</summary>
    public const float LeastBinWidth = 1e-6f;

    /// <summary>Width of the middle 99% over that of the middle half from which a column has heavy tails: 3.8 for
    /// normal, 4.8 for exponential, 6.6 for Laplace's, 19 for lognormal numbers of σ 1.5.</summary>
    public const double HeavyTails = 5;

    /// <summary>A column of fewer quantiles has no normal scores: it is one of levels, linear in them as they are.
    /// </summary>
    public const int LeastScoreEdges = 8;

    /// <summary>Between quantiles of normal scores, in standard deviations.</summary>
    public const double ScoreSpacing = 0.5;

    /// <summary>Farthest quantiles of normal scores, in spacings.</summary>
    public const int MostScoreSteps = 8;

    /// <summary>Quantiles are those of an even choice of so many rows to twice as many: as good as those of all.
    /// </summary>
    public const int RowsOfQuantiles = 20_000;

    /// <summary>Whether bins of numbers have rows enough to learn from: 50, and not many more columns than rows. Many
    /// numbers together (pixels, sensors) tell classes apart without bins.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="columns">Columns, slots of categories among them.</param>
    /// <param name="numbers">Columns of three values or more.</param>
    /// <param name="isClassification">Whether classes are to be told apart.</param>
    public static bool SuitsBins(int rows, int columns, int numbers, bool isClassification) =>
        rows >= LeastRowsOfBins && numbers > 0 && !IsWide(rows, columns)
        && (!isClassification || numbers <= ManyColumns);

    /// <summary>Bins a column: the square root of the rows, since more rows show finer structure, from 32 to 96; with
    /// many columns fewer, so that the first layer has 1,024 inputs.</summary>
    public static int Bins(int rows, int columns) =>
        (int)Math.Clamp(Math.Min(Math.Sqrt(rows), (double)MostBinnedInputs / columns), LeastBins, MostBins);

    /// <summary>Bins that so many rows fill: a 25th of them, two at least.</summary>
    public static int FilledBins(int rows) => Math.Max(2, rows / RowsPerBin);

    /// <summary>Stride of the rows that quantiles are taken of.</summary>
    public static int QuantileStride(int rows) => Math.Max(1, rows / RowsOfQuantiles);

    // Extreme values.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>Of fewer values none can be told to be extreme.</summary>
    public const int LeastValuesOfFence = 8;

    /// <summary>Distances of the quartiles within which no value is extreme.</summary>
    public const double FenceReach = 3;

    /// <summary>A value is extreme that is so many times as far from the median as the one before, or the tail's weight
    /// to the power <see cref="FencePower"/>, whichever is more.</summary>
    public const double LeastFenceGap = 3;

    public const double FencePower = 3;

    /// <summary>More values than this share are never extreme.</summary>
    public const double MostExtreme = 0.05;

    /// <summary>A feature or score may lie this share of its range in training beyond it and stay as it is: then it is
    /// held.</summary>
    public const double Margin = 0.05;

    /// <summary>Below this relative spread a float column holds rounding noise only.</summary>
    public const double ConstantTolerance = 1e-6;

    // Wide tables and text.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>With more columns a row, networks with bins and long training make no sense: they learn the rows by
    /// heart, or diverge.</summary>
    public const int ColumnsPerRow = 2;

    public const int MostEpochsOfWideTables = 200;
    public const int EpochsOfText = 40;

    /// <summary>Share of values that are not zero from which sparse rows become dense ones.</summary>
    public const double DenseShare = 0.25;

    /// <summary>Share of values that are not zero from which a sparse column is a number rather than an indicator.
    /// </summary>
    public const double NumberShare = 0.25;

    /// <summary>Share of rows with one value from which a dense column is read by index. By index a value takes as long
    /// as two numbers of a product, and a row as long as <see cref="LeastIndexSaving"/> of them.</summary>
    public const double IndexedShare = 0.5;

    public const double LeastIndexSaving = 20;

    /// <summary>Whether there are so many columns for the rows that networks with bins, and long training, make no
    /// sense.</summary>
    public static bool IsWide(int rows, int columns) => columns > ColumnsPerRow * (long)rows;

    // Divergence.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>Halvings of the learning rate: a thousandth of it trains what can be trained.</summary>
    public const int MostRetries = 10;

    /// <summary>Times the first loss that is beyond reason.</summary>
    public const double LossBeyondReason = 100;

    /// <summary>Least first loss, of standardized targets: networks that start from good weights have less.</summary>
    public const double LeastFirstLoss = 0.1;
}
