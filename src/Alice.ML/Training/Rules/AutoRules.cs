using Alice.ML.Trainers;

namespace Alice.ML.Training.Rules;

/// <summary>The rules, with their constants, by which a trainer chooses the options that are not set, from the data.
/// docs/rules.md describes the same rules in words; a test keeps the two in agreement. Defaults that do not depend on
/// the data are in <see cref="AliceTrainerOptions"/> and <see cref="Optimization.AliceOptimizerOptions"/>.</summary>
internal static class AutoRules
{
    // Networks and minibatches.
    // ---------------------------------------------------------------------------------------------------------------

    public const int Units = 64;
    public const int UnitsOfManyColumns = 128;
    public const int ManyColumns = 32;
    public const int ManyClasses = 10;

    /// <summary>From this number of columns on, only nonzero values are read, and rows stay sparse if that takes less
    /// memory.</summary>
    public const int WideColumns = 1024;

    public const int LeastBatchSize = 64;
    public const int MostBatchSize = 1024;
    public const int RowsOfLeastBatchSize = 50_000;

    /// <summary>From this number of rows on, a regression takes many steps.</summary>
    public const int ManyRows = 3000;

    /// <summary>Factor on the learning rate of a regression with many steps.</summary>
    public const double RateOfManySteps = 2.0 / 3;

    /// <summary>Parameters × rows of a minibatch below which a step is not shared among threads: synchronization would
    /// take longer than it saves.</summary>
    public const long LeastSharedWork = 8_000_000;

    /// <summary>Sum over the layers of rows × inputs × units, up to which networks train by vector kernels. The limit
    /// is that of 512-512-512-1 with 1,024 rows, the largest network measured. Larger networks gain from sharing a step
    /// among many cores, which the kernels do not do.</summary>
    public const double MostKernelProducts = 6e8;

    /// <summary>Two hidden layers of 64 units, or of 128 for 33 to 1,024 columns or ten classes or more. Several labels
    /// with fewer columns get three layers, the middle one 1.5 times as large: as good as two of 128, in less time.
    /// Wider tables are mostly text with many zeros, for which larger layers take long.</summary>
    /// <param name="columns">Number of columns.</param>
    /// <param name="labels">Number of labels.</param>
    /// <param name="classes">Number of classes of a label; 0 for regression.</param>
    public static int[] HiddenLayers(int columns, int labels, int classes) =>
        columns > WideColumns ? [Units, Units]
        : columns > ManyColumns || classes >= ManyClasses ? [UnitsOfManyColumns, UnitsOfManyColumns]
        : labels > 1 ? [Units, Units + Units / 2, Units]
        : [Units, Units];

    /// <summary>64 rows up to 50,000 training rows; doubled each time the training rows exceed 50,000, 200,000, 800,000
    /// …; at most 1,024.</summary>
    public static int BatchSize(int rows)
    {
        var size = LeastBatchSize;
        for (long limit = RowsOfLeastBatchSize; rows > limit && size < MostBatchSize; limit *= 4)
            size *= 2;
        return Math.Min(size, rows);
    }

    /// <summary>Whether this is a regression with enough rows for many steps.</summary>
    public static bool HasManySteps(int rows, bool isClassification) => !isClassification && rows >= ManyRows;

    /// <summary>Factor on the learning rate.</summary>
    public static double LearningRateFactor(int rows, bool isClassification) =>
        HasManySteps(rows, isClassification) ? RateOfManySteps : 1;

    /// <summary>Threads of a step: one if it is too little work to share. Null: libtorch's number.</summary>
    public static int? Threads(long parameters, int batchSize) =>
        parameters * batchSize < LeastSharedWork ? 1 : null;

    /// <summary>Whether networks train by vector kernels. The choice does not depend on the number of threads, so that
    /// the results do not either.</summary>
    /// <param name="isCpu">Whether they train on the CPU.</param>
    /// <param name="isSparse">Whether features are sparse: on the CPU only vector kernels read them.</param>
    /// <param name="layerSizes">Columns, hidden layers, outputs.</param>
    /// <param name="batchRows">Number of rows that are evaluated at once.</param>
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

    /// <summary>Share of the initial learning rate at which the cosine schedule ends.</summary>
    public const double CosineFloor = 0.01;

    /// <summary>Rate of <see cref="LearningRateSchedule.Averaged"/>, and of the race.</summary>
    public const double AveragedRate = 0.5;

    /// <summary>Number of steps between two updates of the mean of the weights.</summary>
    public const int StepsPerAverage = 8;

    /// <summary>Share of the final training in which the rate rises from zero.</summary>
    public const double WarmUp = 0.1;

    /// <summary>Usual number of epochs: about 6,000 steps for 1,000 rows, growing with the rows to the power 0.2, and
    /// always from 4 to 1,000 epochs. Classification needs fewer: a quarter of that, or 80 epochs if that is more, but
    /// not more than the full number.</summary>
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

    /// <summary>Each weight of a bin is learned from few rows. In a regression with many steps, averaging removes the
    /// noise from these weights. Without bins a falling rate does better.</summary>
    public static LearningRateSchedule Schedule(int rows, bool isEncoded, bool isClassification) =>
        isEncoded && HasManySteps(rows, isClassification) ? LearningRateSchedule.Averaged : LearningRateSchedule.Cosine;

    // Plans of the race.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>From this number of rows on, networks cannot memorize the rows: strong decays were never
    /// chosen.</summary>
    public const int ManyRowsForDecay = 10_000;

    /// <summary>With fewer rows per column, linear networks with L1 regularization are plans too.</summary>
    public const int RowsPerColumnOfL1 = 4;

    /// <summary>Dropout of classification.</summary>
    public const double UsualDropout = 0.2;

    /// <summary>Candidate weight decays, ascending. Classification needs stronger decay, because its weights grow
    /// sooner.</summary>
    public static double[] WeightDecays(int rows, bool isClassification) =>
        (isClassification, rows < ManyRowsForDecay) switch
        {
            (true, true) => [1, 6, 36],
            (true, false) => [1, 6],
            (false, true) => [0, 1, 3, 10],
            (false, false) => [0, 1],
        };

    /// <summary>Candidate dropout rates, ascending.</summary>
    public static double[] Dropouts(bool isClassification) => isClassification ? [0, UsualDropout] : [0];

    /// <summary>Candidate weight decays of linear networks. Wide tables need strong ones.</summary>
    public static double[] LinearDecays(int rows, int columns) => columns > rows ? [1, 10, 100] : [1];

    /// <summary>Candidate L1 regularizations of linear networks, besides none. With more columns than a quarter of the
    /// rows, perhaps only few columns are informative, and only L1 finds them.</summary>
    public static double[] LinearL1(int rows, int columns, bool isClassification) =>
        columns * (long)RowsPerColumnOfL1 <= rows ? [] : isClassification ? [0.01, 0.03, 0.1] : [0.03, 0.1, 0.3];

    // The race.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>With fewer rows, held-out rows say too little.</summary>
    public const int LeastRowsOfRace = 50;

    /// <summary>Number of networks per plan and fold. The second shows how much of the loss is due to the
    /// seed.</summary>
    public const int NetworksPerFold = 2;

    /// <summary>Number of rungs up to the usual number of steps. Each takes twice the steps of the one
    /// before.</summary>
    public const int Rungs = 7;

    public const int RowsOfTwoFolds = 500;
    public const int RowsOfOneFold = 1500;
    public const double HeldOutShare = 0.2;
    public const int MostHeldOutRows = 20_000;

    /// <summary>First rung at which the worse half is dropped: a sixteenth of the steps.</summary>
    public const int FirstDrop = 2;

    /// <summary>First rung at which candidates outside the ensemble are dropped: a quarter of the steps.</summary>
    public const int EnsembleDrop = 4;

    /// <summary>To go on, the loss must fall below this share of its lowest value so far. For squared error this is
    /// 0.75% of the RMSE.</summary>
    public const double Gain = 0.985;

    /// <summary>The same at the usual number of steps. A race beyond it takes most of the time of a fit.</summary>
    public const double GainBeyondUsual = 0.9;

    /// <summary>The same at twice the usual number of steps. Only smooth functions without noise still improve that
    /// much.</summary>
    public const double GainBeyondTwice = 0.5;

    public const int MostRowsOfLongRaces = 50_000;

    /// <summary>Below this number of rows one plan may go on although it is behind: networks memorize few rows, and
    /// their held-out loss may fall again long after it rose.</summary>
    public const int RowsWithoutPatience = 5000;

    public const double PatientDecay = 1;

    /// <summary>Prior standard deviation of the logarithm of the temperature, because few rows do not determine it
    /// well.</summary>
    public const double TemperatureDeviation = 0.3;

    /// <summary>Largest absolute logarithm of the temperature.</summary>
    public const double FarthestTemperature = 1;

    /// <summary>Number of folds, each with its own networks. With fewer rows, a single held-out part is more subject to
    /// chance.</summary>
    public static int Folds(int rows, Effort effort = Effort.Default)
    {
        var folds = rows < RowsOfTwoFolds ? 3 : rows < RowsOfOneFold ? 2 : 1;
        return effort switch { Effort.Quick => 1, Effort.Best => 2 * folds, _ => folds };
    }

    /// <summary>Whether the user's validation rows are enough to compare plans, in place of held-out training
    /// rows.</summary>
    public static bool JudgesBy(int validationRows) => validationRows >= LeastRowsOfRace;

    /// <summary>Held-out rows of each fold: a fifth of all rows, less with more than five folds, and at most
    /// 20,000.</summary>
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

    /// <summary>Number of candidates that go on after a rung, by their loss: half from a sixteenth of the steps on, but
    /// at least two.</summary>
    public static int Kept(int rung, int running) => rung < FirstDrop ? running : Math.Max(2, (running + 1) / 2);

    /// <summary>Whether only the candidates of the current best ensemble go on. At earlier rungs, the best candidate of
    /// each encoding also goes on.</summary>
    public static bool KeepsEnsemble(int rung) => rung >= EnsembleDrop;

    /// <summary>Least length of a last rung that time cuts short, as a multiple of the steps before it.</summary>
    public const double LeastExtension = 1.25;

    /// <summary>Rungs after those of a race that a time limit made shorter: doublings of its steps up to the usual
    /// ones. Few plans are left by then, so there is often time.</summary>
    public static int ExtraRungs(long steps, long usual) =>
        steps < usual ? (int)Math.Log2((double)usual / steps) : 0;

    /// <summary>Whether a candidate has improved enough at a rung to go on.</summary>
    /// <param name="rung">The rung.</param>
    /// <param name="extra">The race's <see cref="ExtraRungs"/>.</param>
    /// <param name="before">Its lowest loss before this rung.</param>
    /// <param name="now">Its loss now.</param>
    public static bool HasGained(int rung, int extra, double before, double now) =>
        rung < EnsembleDrop || now < before * (rung - extra) switch
        {
            < Rungs - 1 => Gain,
            Rungs - 1 => GainBeyondUsual,
            _ => GainBeyondTwice,
        };

    /// <summary>Whether a plan may go on although it is behind. Below 5,000 rows these are bins with little decay for
    /// regression, and dropout with little decay for classification. Several labels make it harder to memorize rows, so
    /// a row counts once per label.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="labels">Labels of a row.</param>
    /// <param name="isClassification">Whether the task is classification.</param>
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

    /// <summary>Steps of the final training on all rows, as a multiple of the steps in the race: one half, or one for
    /// regressions with so few rows that the held-out rows matter. A tenth with quantiles, because their shifts are
    /// measured before the final training.</summary>
    public static double StepsToFinish(int rows, bool isClassification, bool hasQuantiles) =>
        hasQuantiles ? FinishWithQuantiles
        : isClassification || Folds(rows) == 1 ? FinishOfLargeTables
        : FinishOfSmallTables;

    // Limited time.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>Least number of steps for which all plans are compared. With less time, only one plan of each encoding
    /// starts.</summary>
    public const long LeastStepsOfAllPlans = 400;

    /// <summary>Number of steps that are timed, after the first one.</summary>
    public const long TimingSteps = 8;

    /// <summary>With enough time, the race may take up to this many times the usual steps while networks
    /// improve.</summary>
    public const long MostOfUsual = 4;

    /// <summary>Share of the remaining time for steps. Evaluation, reading and making the model take the
    /// rest.</summary>
    public const double TimeOfSteps = 0.85;

    /// <summary>Share of the remaining time that is reserved for the final training when the race begins.</summary>
    public const double TimeKeptForFinish = 0.3;

    /// <summary>Share of the remaining time for the final training. The rest is for making the model.</summary>
    public const double TimeOfFinish = 0.9;

    /// <summary>Approximate total of network steps that a race takes, as a multiple of the usual steps of one
    /// network.</summary>
    public static double Work(int candidates, int folds) => NetworksPerFold * folds * (candidates / 8.0 + 1.5);

    // Inputs.
    // ---------------------------------------------------------------------------------------------------------------

    public const int LeastRowsOfBins = 50;
    public const int LeastBins = 32;
    public const int MostBins = 96;

    /// <summary>Number of inputs of the first layer beyond which columns get fewer bins.</summary>
    public const int MostBinnedInputs = 1024;

    /// <summary>Least number of rows per bin, to learn the slope of the bin from.</summary>
    public const int RowsPerBin = 25;

    /// <summary>Least distance between the edges of bins, in standard deviations.</summary>
    public const float LeastBinWidth = 1e-6f;

    /// <summary>Ratio of the range of the middle 99% to that of the middle 50% from which a column has heavy tails. The
    /// ratio is 3.8 for a normal, 4.8 for an exponential, 6.6 for a Laplace and 19 for a lognormal distribution with σ
    /// = 1.5.</summary>
    public const double HeavyTails = 5;

    /// <summary>A column with fewer distinct quantiles gets no normal scores: it has only a few levels.</summary>
    public const int LeastScoreEdges = 8;

    /// <summary>Spacing of the quantiles of normal scores, in standard deviations.</summary>
    public const double ScoreSpacing = 0.5;

    /// <summary>Outermost quantiles of normal scores, in spacings.</summary>
    public const int MostScoreSteps = 8;

    /// <summary>Quantiles are computed from an evenly spread sample of this many to twice this many rows, which is as
    /// good as all rows.</summary>
    public const int RowsOfQuantiles = 20_000;

    /// <summary>Whether to try bins: with 50 rows or more, and not many more columns than rows. Classification with
    /// many numeric columns (pixels, sensors) does not need bins.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="columns">Number of columns, including the slots of categories.</param>
    /// <param name="numbers">Number of columns with three or more distinct values.</param>
    /// <param name="isClassification">Whether the task is classification.</param>
    public static bool SuitsBins(int rows, int columns, int numbers, bool isClassification) =>
        rows >= LeastRowsOfBins && numbers > 0 && !IsWide(rows, columns)
        && (!isClassification || numbers <= ManyColumns);

    /// <summary>Bins per column: the square root of the rows, because more rows show finer structure, from 32 to 96.
    /// With many columns fewer, so that the first layer has about 1,024 inputs.</summary>
    public static int Bins(int rows, int columns) =>
        (int)Math.Clamp(Math.Min(Math.Sqrt(rows), (double)MostBinnedInputs / columns), LeastBins, MostBins);

    /// <summary>Number of bins that this many rows fill: 25 rows per bin, but at least two bins.</summary>
    public static int FilledBins(int rows) => Math.Max(2, rows / RowsPerBin);

    /// <summary>Stride of the rows from which quantiles are computed.</summary>
    public static int QuantileStride(int rows) => Math.Max(1, rows / RowsOfQuantiles);

    // Extreme values.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>With fewer values, none counts as extreme.</summary>
    public const int LeastValuesOfFence = 8;

    /// <summary>Number of interquartile distances within which no value is extreme.</summary>
    public const double FenceReach = 3;

    /// <summary>A value is extreme if it is this many times as far from the median as the next closer value, or the
    /// weight of the tail to the power <see cref="FencePower"/> times, whichever is more.</summary>
    public const double LeastFenceGap = 3;

    public const double FencePower = 3;

    /// <summary>Largest share of values that can be extreme.</summary>
    public const double MostExtreme = 0.05;

    /// <summary>A feature or score may exceed its range in training by this share of the range before it is
    /// limited.</summary>
    public const double Margin = 0.05;

    /// <summary>Relative spread below which a float column is taken for constant: it holds only rounding
    /// noise.</summary>
    public const double ConstantTolerance = 1e-6;

    // Wide tables and text.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>With more columns per row, networks with bins or with long training memorize the rows or
    /// diverge.</summary>
    public const int ColumnsPerRow = 2;

    public const int MostEpochsOfWideTables = 200;
    public const int EpochsOfText = 40;

    /// <summary>Share of nonzero values from which sparse rows are stored as dense rows.</summary>
    public const double DenseShare = 0.25;

    /// <summary>Share of nonzero values from which a sparse column counts as numeric rather than as an
    /// indicator.</summary>
    public const double NumberShare = 0.25;

    /// <summary>Share of rows with the same value from which a dense column is read by index. A value read by index
    /// takes as long as two numbers of a product, and a row takes as long as <see cref="LeastIndexSaving"/> of
    /// them.</summary>
    public const double IndexedShare = 0.5;

    public const double LeastIndexSaving = 20;

    /// <summary>Whether there are too many columns for the rows to use bins or long training.</summary>
    public static bool IsWide(int rows, int columns) => columns > ColumnsPerRow * (long)rows;

    // Divergence.
    // ---------------------------------------------------------------------------------------------------------------

    /// <summary>Most halvings of the learning rate: if a thousandth of it does not train, nothing does.</summary>
    public const int MostRetries = 10;

    /// <summary>Multiple of the first loss beyond which training has diverged.</summary>
    public const double LossBeyondReason = 100;

    /// <summary>Least value to assume for the first loss, in units of standardized targets: networks that start from
    /// good weights have less.</summary>
    public const double LeastFirstLoss = 0.1;
}
