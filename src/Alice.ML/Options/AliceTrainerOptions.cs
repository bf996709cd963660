using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Training;
using Microsoft.ML.Trainers;

namespace Alice.ML.Trainers;

/// <summary>Options that the Alice trainers of every task share.</summary>
public abstract class AliceTrainerOptions : TrainerInputBaseWithWeight
{
    private protected AliceTrainerOptions()
    {
    }

    /// <summary>Units of each hidden layer, from the first; each 1 or more, at most 999 layers. Empty gives a linear
    /// model. Default null: two layers of 64 units, or of 128 for 33 to 1,024 columns of three values or more (sparse
    /// features: 33 to 1,024 columns), and from ten classes on; for several labels of fewer columns 64, 96 and 64.
    /// Featurized text gets no hidden layer: 1,024 columns or more, mostly zeros, more than rows, for classes or
    /// squared loss. Where Fit continues from a model, its layers.</summary>
    public IReadOnlyList<int>? HiddenLayers { get; set; }

    /// <summary>Activation of the hidden layers. Default <see cref="Activation.ReLU"/>.</summary>
    public Activation Activation { get; set; } = Activation.ReLU;

    /// <summary>Number of networks, 1 to 1,000, trained side by side from different seeds. The score is the mean of
    /// their scores. Default 4.</summary>
    public int NumberOfNetworks { get; set; } = 4;

    /// <summary>How networks are given columns of numbers. Default <see cref="NumericEncoding.Automatic"/>. Columns of
    /// one or two values, and features of 1,024 columns or more that are mostly zeros, stay as they are.</summary>
    public NumericEncoding NumericEncoding { get; set; }

    /// <summary>Bins of a piecewise-linear encoding, 2 or more; fewer if they would hold less than 25 rows each.
    /// Default null: the square root of the number of rows, at most 1,024 / columns of three values or more, 32 to
    /// 96.</summary>
    public int? NumberOfBins { get; set; }

    /// <summary>Share of the units of a hidden layer that each step leaves out: 0 to below 1. Default null: 0 for
    /// regression; for classification 0 or 0.2, whichever is better on held-out rows.</summary>
    public double? Dropout { get; set; }

    /// <summary>Passes over the training rows that the networks of the ensemble take, 1 or more. Default null: for each
    /// network what is best on held-out rows. Where no plans are compared (see <see cref="WeightDecay"/>), it follows
    /// from the number of rows.</summary>
    public int? NumberOfEpochs { get; set; }

    /// <summary>Rows per step, 1 or more. Default null: 64, and more from 50,000 rows on, up to 1,024.</summary>
    public int? BatchSize { get; set; }

    /// <summary>Learning rate at the start, above 0. Default null: that of <see cref="Optimizer"/>; in regression from
    /// 3,000 rows two thirds of it. The step bounds of the optimizer are multiples of it.</summary>
    public double? LearningRate { get; set; }

    /// <summary>How the learning rate changes in the final training. While plans are compared it is constant. Default
    /// null: <see cref="LearningRateSchedule.Averaged"/> for networks with bins in regression from 3,000 rows,
    /// otherwise <see cref="LearningRateSchedule.Cosine"/>.</summary>
    public LearningRateSchedule? LearningRateSchedule { get; set; }

    /// <summary>Constants of the optimizer. Default <see cref="AliceOptimizerOptions.Tabular"/>. Its Generator must be
    /// null: a run draws from a generator of its own, seeded by <see cref="Seed"/>.</summary>
    public AliceOptimizerOptions Optimizer { get; set; } = AliceOptimizerOptions.Tabular;

    /// <summary>Seed of the starting weights, the order of the rows and the random directions. Default null: that of
    /// the MLContext, or a random one for each trainer if the MLContext has none.</summary>
    public int? Seed { get; set; }

    /// <summary>Where to train: "auto", "cpu", "cuda" or "cuda:N". "auto" takes the first CUDA card if there is one and
    /// training is estimated to be faster there, otherwise the CPU. Default "auto".</summary>
    public string Device { get; set; } = "auto";

    /// <summary>Networks that train at the same time on the CPU, one thread each, 1 to 1,024. Default null: as many as
    /// there are processors. For a single network it is the number of libtorch's threads, restored afterwards; null
    /// then means one if a step is too small to share, otherwise as many as libtorch is set to.</summary>
    public int? NumberOfThreads { get; set; }

    /// <summary>Decoupled weight decay (Loshchilov and Hutter 2019): each step multiplies the weights by 1 − learning
    /// rate · this. 0 or more, at most 1 / learning rate. Default null: for each network what is best on held-out rows,
    /// of 0, 1, 3 and 10 (from 10,000 rows 0 and 1), for classification of 1, 6 and 36 (from 10,000 rows 1 and 6). No
    /// plans are compared below 50 rows and where Fit continues from a model: then the smallest. For featurized text
    /// (see <see cref="HiddenLayers"/>) 0, since L1 and L2 regularization take its place.</summary>
    public double? WeightDecay { get; set; }

    /// <summary>Bytes of memory, 0 or more, that rows may take: 4 for each feature, label and weight. The features of
    /// more rows go to a file in <see cref="TemporaryFolder"/>, from which training reads them window by window, in a
    /// random order of its own; labels and weights stay in memory. Features of 1,024 columns or more stay in memory,
    /// and Fit refuses those that take more than this. Default null: half of what is free when Fit begins; set it, so
    /// that machines of different sizes give the same model.
    /// </summary>
    public long? MaximumMemory { get; set; }

    /// <summary>Folder for the file of rows that take more than <see cref="MaximumMemory"/>: 4 bytes a feature. The
    /// file is gone when Fit has ended, and when its process has. A folder that is kept in memory (tmpfs) does not
    /// help. Default null: the MLContext's TempFilePath.
    /// </summary>
    public string? TemporaryFolder { get; set; }

    /// <summary>Parts, 1 or more, in which a minibatch is evaluated one after the other. The step stays the same, and
    /// the minibatch takes that much less memory. Default 1.</summary>
    public int GradientAccumulation { get; set; } = 1;

    /// <summary>Share of the training rows, 0 to below 1, that validates every epoch instead of training. The model has
    /// the weights of the best epoch. Ignored if Fit is given validation data. Default 0.</summary>
    public double ValidationFraction { get; set; }

    /// <summary>Epochs without a lower validation loss, 1 or more, after which training ends. Needs validation data or
    /// a <see cref="ValidationFraction"/>. Default null: training never ends early.</summary>
    public int? EarlyStoppingPatience { get; set; }

    /// <summary>Share of the lowest validation loss so far, 0 to below 1, by which a loss must be lower to count as
    /// improved. Default 0.</summary>
    public double EarlyStoppingMinimumImprovement { get; set; }

    /// <summary>Time limit of Fit, above 0, reading the data included. The run is planned to fit: with less time it
    /// takes fewer steps and compares fewer plans. Where no plans are compared (see <see cref="WeightDecay"/>),
    /// training ends at the limit with what it has learned, after the first epoch at the earliest. Default null: no
    /// limit.</summary>
    public TimeSpan? MaximumTrainingTime { get; set; }

    /// <summary>Ends training. Once plans have been measured on held-out rows (or, where none are compared, the first
    /// epoch has ended), Fit returns the best model so far; before that it throws
    /// <see cref="OperationCanceledException"/>. MLContext.CancelExecution does the same.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Receives the progress of the fit: every tenth of a second while plans are compared, then after every
    /// epoch. Called on a training thread, by one thread at a time. Default null.</summary>
    public IProgress<AliceProgress>? Progress { get; set; }

    /// <summary>How much time to spend: the number of steps where <see cref="NumberOfEpochs"/> is null, and how often
    /// rows are held out to compare plans. Default <see cref="Effort.Default"/>.</summary>
    public Effort Effort { get; set; }

    /// <summary>Training rows that the model keeps in its file to explain scores against, 0 to 1,000. 0 keeps none:
    /// then scores are explained against the means of the features. Default 32.</summary>
    public int NumberOfBackgroundRows { get; set; } = 32;

    /// <summary>File in which the run is kept while it goes on, so that another process can continue it. The file
    /// appears whole or not at all; the one before stays beside it, with ".before" at the end of its name. After Fit
    /// the file holds the finished run: delete it once the model is saved. Default null: no file.</summary>
    public string? CheckpointPath { get; set; }

    /// <summary>Time between two checkpoints, above 0. Default null: 60 seconds, or a hundred times as long as the last
    /// checkpoint took to write if that is more.</summary>
    public TimeSpan? CheckpointInterval { get; set; }

    /// <summary>Whether Fit continues the run of <see cref="CheckpointPath"/>. On the CPU, without a time limit, the
    /// model is that of an uninterrupted run, bit for bit. Data and options must be those of that run; only threads,
    /// time limit, progress and the options of checkpoints may differ. If there is no file, a new run starts. Default
    /// false: Fit then refuses to replace an unfinished run.</summary>
    public bool ResumeFromCheckpoint { get; set; }

    /// <summary>Joins the ranks that train one model together, each on its own part of the rows; see
    /// docs/several-machines.md. Every rank calls Fit with the same options, and gets the same model. Training is on
    /// the CPU, one thread a rank unless <see cref="Replicated"/>. Default null: this process trains alone.
    /// </summary>
    public Communicator? Communicator { get; set; }

    /// <summary>Whether every rank has all rows, in the same order. Networks are then spread over the ranks instead of
    /// rows, without an exchange in each step, and the model is that of one process. Without a
    /// <see cref="Communicator"/> it changes nothing. Default false: each rank has its own part of the rows.</summary>
    public bool Replicated { get; set; }

    /// <summary>A copy, so that a trainer does not change with the object it was made from.</summary>
    internal AliceTrainerOptions Copy() => (AliceTrainerOptions)MemberwiseClone();
}
