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

    /// <summary>Units of each hidden layer, at most 999, from the first; each 1 or more. Empty gives a linear model.
    /// Default null: two layers of 64 units, of 128 for 33 to 1,024 columns of three values or more (sparse features:
    /// 33 to 1,024 columns); none for featurised text (classes, or a mean, of 1,024 columns or more, mostly zeros, that
    /// are more than the rows); where Fit goes on from a model, the model's.
    /// </summary>
    public IReadOnlyList<int>? HiddenLayers { get; set; }

    /// <summary>Activation of the hidden layers. Default <see cref="Activation.ReLU"/>.</summary>
    public Activation Activation { get; set; } = Activation.ReLU;

    /// <summary>Networks, 1 to 1,000, that are trained side by side from different seeds; the score is the mean of
    /// theirs. Default 4.
    /// </summary>
    public int NumberOfNetworks { get; set; } = 4;

    /// <summary>How networks are given columns of numbers. Default <see cref="NumericEncoding.Automatic"/>. Columns of
    /// one or two values, and features of 1,024 columns or more that are mostly zeros, are left as they are.
    /// </summary>
    public NumericEncoding NumericEncoding { get; set; }

    /// <summary>Bins of a piecewise-linear encoding, 2 or more; fewer where they would hold less than 25 rows each.
    /// Default null: the square root of the number of rows, at most 96 and 1,024 / columns of three values or more, at
    /// least 32.
    /// </summary>
    public int? NumberOfBins { get; set; }

    /// <summary>Share of a hidden layer's units that each step leaves out: 0 up to, not including, 1. Default null: 0
    /// for regression; for classification 0 or 0.2, whichever is better on held-out rows.
    /// </summary>
    public double? Dropout { get; set; }

    /// <summary>Passes over the training rows, 1 or more, that the networks of the ensemble take. Default null: for
    /// each network what is best on held-out rows; where no plans are compared (see <see cref="WeightDecay"/>), from
    /// the number of rows, for classification a quarter of those for regression.
    /// </summary>
    public int? NumberOfEpochs { get; set; }

    /// <summary>Rows a step, 1 or more. Default null: chosen from the number of rows.</summary>
    public int? BatchSize { get; set; }

    /// <summary>Learning rate at the start. Default null: that of <see cref="Optimizer"/>, in regression from 3,000
    /// rows two thirds of it. The optimizer's step bounds are multiples of it.
    /// </summary>
    public double? LearningRate { get; set; }

    /// <summary>
    /// How the learning rate changes once plans are chosen; while they are compared it is constant. Default null:
    /// <see cref="LearningRateSchedule.Averaged"/> for networks with bins in regression from 3,000 rows, else
    /// <see cref="LearningRateSchedule.Cosine"/>.
    /// </summary>
    public LearningRateSchedule? LearningRateSchedule { get; set; }

    /// <summary>Constants of the optimizer. Default <see cref="AliceOptimizerOptions.Tabular"/>. Its Generator must be
    /// null: the run draws from its own, seeded with <see cref="Seed"/>.
    /// </summary>
    public AliceOptimizerOptions Optimizer { get; set; } = AliceOptimizerOptions.Tabular;

    /// <summary>Seed of the starting weights, the order of the rows and the directions. Default null: that of the
    /// MLContext, and where it has none, a random one for each trainer.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>"auto", "cpu", "cuda" or "cuda:N". "auto" is the first CUDA card, where there is one and the networks
    /// are large enough for it to be faster, and else the CPU. Default "auto".</summary>
    public string Device { get; set; } = "auto";

    /// <summary>Networks that train side by side on the CPU, a thread each, 1 to 1,024. Default null: as many as there
    /// are processors. For a single network also the threads that libtorch may use, put back afterwards; null: one
    /// where a step is too small to share, else as many as libtorch is set to.
    /// </summary>
    public int? NumberOfThreads { get; set; }

    /// <summary>Decoupled weight decay (Loshchilov and Hutter 2019): each step multiplies the weights by 1 − learning
    /// rate · this. 0 or more, at most 1 / learning rate. Default null: for each network the one of 0, 1, 3 and 10
    /// (classification: of 1, 6 and 36; from 10,000 rows the two smallest) that lowers the loss of the mean most on
    /// held-out rows; below 50 rows, and where Fit goes on from a model, the smallest. For featurised text (see
    /// <see cref="HiddenLayers"/>) 0: L1 and L2 regularisation take its place.
    /// </summary>
    public double? WeightDecay { get; set; }

    /// <summary>Parts, 1 or more, that a minibatch is evaluated in, one after the other: the step is the same, and the
    /// memory that a minibatch takes is divided by it. Default 1.
    /// </summary>
    public int GradientAccumulation { get; set; } = 1;

    /// <summary>Share of the training rows, 0 up to, not including, 1, that is held out to measure every epoch on; the
    /// model has the weights of the best epoch. Not used where Fit is given validation data. Default 0.
    /// </summary>
    public double ValidationFraction { get; set; }

    /// <summary>Epochs, 1 or more, that the validation loss may go without improving before training ends. Fit then
    /// needs validation data, or a <see cref="ValidationFraction"/>. Default null: it never ends early.
    /// </summary>
    public int? EarlyStoppingPatience { get; set; }

    /// <summary>Share of the lowest validation loss so far, 0 up to 1, that a loss must be lower by to count as
    /// improved. Default 0.</summary>
    public double EarlyStoppingMinimumImprovement { get; set; }

    /// <summary>Time that Fit is planned to take at most, reading the data included: with less time, fewer steps and
    /// plans. Above 0. Where no plans are compared (see <see cref="WeightDecay"/>) training ends then with what it has
    /// learned; the first epoch always ends. Default null: no limit.
    /// </summary>
    public TimeSpan? MaximumTrainingTime { get; set; }

    /// <summary>Ends training: Fit gives the best that was learned so far once plans have been measured on held-out
    /// rows, or where none are compared once the first epoch has ended, and throws
    /// <see cref="OperationCanceledException"/> before. MLContext.CancelExecution does the same.
    /// </summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Told how far the fit has come: every tenth of a second while plans are compared, and as every epoch
    /// ends; on one of the training threads, by one at a time. Default null.
    /// </summary>
    public IProgress<AliceProgress>? Progress { get; set; }

    /// <summary>How much time to spend: the steps, where <see cref="NumberOfEpochs"/> is null, and how often rows are
    /// held out to compare plans. Default <see cref="Effort.Default"/>.
    /// </summary>
    public Effort Effort { get; set; }

    /// <summary>File that the whole run is written to while it goes on, so that another process can go on with it where
    /// this one was killed. The file appears whole or not at all; the one before is kept beside it, as this path with
    /// ".before" at its end. When Fit has ended, the file holds the ended run: delete it once the model is saved.
    /// Default null: none.
    /// </summary>
    public string? CheckpointPath { get; set; }

    /// <summary>Time between two checkpoints; above 0. Default null: 60 seconds, or a hundred times as long as the last
    /// one took to write where that is more.
    /// </summary>
    public TimeSpan? CheckpointInterval { get; set; }

    /// <summary>Whether Fit goes on with the run of <see cref="CheckpointPath"/>: on the CPU, without a time limit, the
    /// model is that of an uninterrupted run, bit for bit. Data and options must be those of that run; only threads,
    /// time limit, progress and the options of checkpoints may differ. Where there is no file yet, the run begins.
    /// Default false: Fit refuses to replace a run that has not ended.
    /// </summary>
    public bool ResumeFromCheckpoint { get; set; }

    /// <summary>A copy, so that a trainer does not change with the object it was made from.</summary>
    internal AliceTrainerOptions Copy() => (AliceTrainerOptions)MemberwiseClone();
}
