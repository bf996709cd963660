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

    /// <summary>Number of units in each hidden layer, in order from the input: at most 999 layers of 1 unit or more
    /// each. An empty list gives a linear model. Default null: two layers of 64 units. The two layers have 128 units
    /// for 33 to 1,024 columns of three or more distinct values (sparse features: 33 to 1,024 columns), and for ten or
    /// more classes. Several labels with fewer columns get three layers of 64, 96 and 64 units. Featurized text gets no
    /// hidden layer. Features count as text if there are 1,024 columns or more, mostly zeros, and more columns than
    /// rows; the task must be classification or squared loss with one label, and <see cref="LearningRate"/> and
    /// <see cref="WeightDecay"/> must be null. If Fit continues from a model, the default is that model's
    /// layers.</summary>
    public IReadOnlyList<int>? HiddenLayers { get; set; }

    /// <summary>Activation function of the hidden layers. Default <see cref="Activation.ReLU"/>.</summary>
    public Activation Activation { get; set; } = Activation.ReLU;

    /// <summary>Number of networks in the ensemble, 1 to 1,000. Each starts from its own seed. The score of the model
    /// is the mean of their scores. Default 4.</summary>
    public int NumberOfNetworks { get; set; } = 4;

    /// <summary>How the networks receive numeric columns. Columns with one or two distinct values are never encoded,
    /// nor are features of 1,024 columns or more that are mostly zeros. Default
    /// <see cref="NumericEncoding.Automatic"/>.</summary>
    public NumericEncoding NumericEncoding { get; set; }

    /// <summary>Maximum number of bins per column in a piecewise-linear encoding, 2 or more. Columns get fewer bins if
    /// a bin would hold fewer than 25 rows. Default null: the square root of the number of rows, at most 1,024 divided
    /// by the number of columns of three or more distinct values, and always from 32 to 96.</summary>
    public int? NumberOfBins { get; set; }

    /// <summary>Dropout rate: the share of the units of each hidden layer that a step leaves out, from 0 to below 1.
    /// Default null: 0 for regression; 0 or 0.2 for classification, whichever is better on held-out rows (0.2 if no
    /// plans are compared, see <see cref="WeightDecay"/>).</summary>
    public double? Dropout { get; set; }

    /// <summary>Number of passes over the training rows in the final training, 1 or more. Default null: chosen for each
    /// network on held-out rows. If no plans are compared (see <see cref="WeightDecay"/>), the number follows from the
    /// number of rows; for featurized text it is 40.</summary>
    public int? NumberOfEpochs { get; set; }

    /// <summary>Number of rows in a minibatch, 1 or more. Default null: 64 up to 50,000 rows, and more for larger
    /// tables, up to 1,024.</summary>
    public int? BatchSize { get; set; }

    /// <summary>Initial learning rate, above 0. The optimizer's step bounds are multiples of it. Default null: the
    /// learning rate of <see cref="Optimizer"/>, or two thirds of it for regression with 3,000 rows or more.</summary>
    public double? LearningRate { get; set; }

    /// <summary>How the learning rate changes during the final training. It is constant while plans are compared.
    /// Default null: <see cref="LearningRateSchedule.Averaged"/> for networks with bins in regression with 3,000 rows
    /// or more, otherwise <see cref="LearningRateSchedule.Cosine"/>.</summary>
    public LearningRateSchedule? LearningRateSchedule { get; set; }

    /// <summary>Options of the optimizer. Its Generator must be null: each run uses its own generator, seeded by
    /// <see cref="Seed"/>. Default <see cref="AliceOptimizerOptions.Tabular"/>.</summary>
    public AliceOptimizerOptions Optimizer { get; set; } = AliceOptimizerOptions.Tabular;

    /// <summary>Seed of the initial weights, the order of the rows and the random directions. Default null: the seed of
    /// the MLContext, or a random seed for each trainer if the MLContext has none.</summary>
    public int? Seed { get; set; }

    /// <summary>Device to train on: "auto", "cpu", "cuda" or "cuda:N". "auto" uses the first CUDA device if training is
    /// estimated to be faster there, otherwise the CPU. Default "auto".</summary>
    public string Device { get; set; } = "auto";

    /// <summary>Number of networks that train at the same time on the CPU, 1 to 1,024. Each uses one thread. Default
    /// null: the number of processors. With a single network, this option sets the number of libtorch threads for the
    /// duration of Fit. Null then means one thread if a step is too small to share, otherwise the number that libtorch
    /// is set to.</summary>
    public int? NumberOfThreads { get; set; }

    /// <summary>Decoupled weight decay (Loshchilov and Hutter 2019), from 0 to 1 / learning rate: each step multiplies
    /// the weights by 1 − learning rate · weight decay. Default null: chosen for each network on held-out rows. The
    /// candidates are 0, 1, 3 and 10 for regression (0 and 1 from 10,000 rows), and 1, 6 and 36 for classification (1
    /// and 6 from 10,000 rows). No plans are compared below 50 rows, or if Fit continues from a model; the smallest
    /// candidate is then used. For featurized text (see <see cref="HiddenLayers"/>) no plans are compared either, and
    /// the default is 0: L1 and L2 regularization take its place.</summary>
    public double? WeightDecay { get; set; }

    /// <summary>Maximum memory for the rows, in bytes, 0 or more. Each feature, label and weight takes 4 bytes, and
    /// each row 24 bytes besides (40 with <see cref="Effort.Best"/>). A table with missing values takes 4 more for each
    /// feature and each indicator. If the rows need more, their features are written to a file in
    /// <see cref="TemporaryFolder"/>, and labels and weights stay in memory. Training then reads the file window by
    /// window, so the random order of the rows differs. Features of 1,024 columns or more always stay in memory: Fit
    /// throws if they need more than the limit. Must be null if ranks divide the rows (see
    /// <see cref="Communicator"/>). Default null: half of the memory that is free when Fit begins. Set a value to get
    /// the same model on machines of different sizes.</summary>
    public long? MaximumMemory { get; set; }

    /// <summary>Existing folder for the temporary file of rows that need more than <see cref="MaximumMemory"/>. The
    /// file takes 4 bytes per feature. It is deleted when Fit ends, and also if the process dies. A folder in memory
    /// (tmpfs) saves no memory. Must be null if ranks divide the rows. Default null: the TempFilePath of the
    /// MLContext.</summary>
    public string? TemporaryFolder { get; set; }

    /// <summary>Number of parts that each minibatch is split into, 1 or more. The parts are evaluated one after the
    /// other, and their gradients are added. The step stays the same, and a minibatch takes that many times less
    /// memory. Default 1.</summary>
    public int GradientAccumulation { get; set; } = 1;

    /// <summary>Share of the training rows to use for validation, from 0 to below 1. These rows are not trained on;
    /// they measure the loss after every epoch. The model has the weights of the epoch with the lowest validation loss.
    /// Ignored if Fit is given validation data. Default 0.</summary>
    public double ValidationFraction { get; set; }

    /// <summary>Number of epochs without a lower validation loss after which training stops, 1 or more. Needs
    /// validation data or a <see cref="ValidationFraction"/>. Default null: training does not stop early.</summary>
    public int? EarlyStoppingPatience { get; set; }

    /// <summary>Smallest relative improvement that counts, from 0 to below 1: the validation loss must fall by more
    /// than this share of the lowest loss so far. Default 0.</summary>
    public double EarlyStoppingMinimumImprovement { get; set; }

    /// <summary>Time limit of Fit, above 0, including the time to read the data. Fit plans its work to meet the limit:
    /// with less time it takes fewer steps and compares fewer plans. If no plans are compared (see
    /// <see cref="WeightDecay"/>), training stops at the limit with the weights learned so far, but not before the end
    /// of the first epoch. Default null: no limit.</summary>
    public TimeSpan? MaximumTrainingTime { get; set; }

    /// <summary>Stops training. Fit returns the best model so far once plans have been measured on held-out rows, or,
    /// if none are compared, once the first epoch has ended. Before that it throws
    /// <see cref="OperationCanceledException"/>. MLContext.CancelExecution has the same effect. Default:
    /// none.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Receives progress reports: every tenth of a second while plans are compared, then after every epoch.
    /// Reports come from a training thread, one at a time. Default null: no reports.</summary>
    public IProgress<AliceProgress>? Progress { get; set; }

    /// <summary>How much time to spend. It sets how often rows are held out to compare plans and, if
    /// <see cref="NumberOfEpochs"/> is null, the number of steps. Default <see cref="Effort.Default"/>.</summary>
    public Effort Effort { get; set; }

    /// <summary>Number of training rows that are saved with the model as the background for explanations, 0 to 1,000.
    /// With 0, scores are explained relative to the means of the features. Default 32.</summary>
    public int NumberOfBackgroundRows { get; set; } = 32;

    /// <summary>Path of the checkpoint file. Fit saves the run to it, so that another process can continue after a
    /// crash. Each write replaces the file atomically; the previous checkpoint is kept beside it, with ".before" added
    /// to its name. After Fit the file holds the finished run: delete it once the model is saved. Default null: no
    /// checkpoints.</summary>
    public string? CheckpointPath { get; set; }

    /// <summary>Time between two checkpoints, above 0. Default null: 60 seconds, or 100 times the time that the last
    /// checkpoint took to write, whichever is longer.</summary>
    public TimeSpan? CheckpointInterval { get; set; }

    /// <summary>Whether Fit continues the run saved in <see cref="CheckpointPath"/>. If there is no file, a new run
    /// starts. Data and options must be those of the saved run; only the number of threads, the time limit, progress
    /// and the checkpoint options may differ. On the CPU, without a time limit, the model equals that of an
    /// uninterrupted run bit for bit. Default false: Fit throws rather than replace an unfinished run.</summary>
    public bool ResumeFromCheckpoint { get; set; }

    /// <summary>Connects the processes (ranks) that train one model together; see docs/several-machines.md. Each rank
    /// has its own part of the rows, unless <see cref="Replicated"/> is true. Every rank calls Fit with the same
    /// options and gets the same model. Training runs on the CPU, with one thread per rank unless
    /// <see cref="Replicated"/> is true. Default null: this process trains alone.</summary>
    public Communicator? Communicator { get; set; }

    /// <summary>Whether every rank has all rows, in the same order. The networks are then distributed over the ranks
    /// instead of the rows. Ranks need not exchange data in each step, and the model is the same as that of a single
    /// process. Has no effect without a <see cref="Communicator"/>. Default false: each rank has its own part of the
    /// rows.</summary>
    public bool Replicated { get; set; }

    /// <summary>A copy, so that a trainer does not change with the object it was made from.</summary>
    internal AliceTrainerOptions Copy() => (AliceTrainerOptions)MemberwiseClone();
}
