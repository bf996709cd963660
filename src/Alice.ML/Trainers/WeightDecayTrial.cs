using System.Diagnostics;
using Alice.ML.Runtime;
using Alice.ML.Training;
using Microsoft.ML.Runtime;

namespace Alice.ML.Trainers;

/// <summary>
/// Chooses the weight decay by cross-validation: networks trained with each decay on most rows are measured on the others.
/// </summary>
internal static class WeightDecayTrial
{
    private const int LeastRows = 50;
    private const int MostRows = 100_000;
    private const double HeldOutFraction = 0.2;
    private const int Networks = 2;

    /// <summary>Whether there are rows enough to tell, and not so many that it takes long. A time limit leaves no time to lose.</summary>
    public static bool Suits(RowSet rows, TrainingSettings settings) =>
        rows.Count is >= LeastRows and <= MostRows && settings.MaximumTime is null;

    /// <summary>The decay with the lowest loss on the rows held out.</summary>
    public static double Choose(
        LearningTask task, Ensemble ensemble, RowSet rows, TrainingSettings settings, IChannel channel, Stopwatch clock)
    {
        var order = Enumerable.Range(rows.Data.Start, rows.Data.Rows).Select(row => (long)row).ToArray();
        new Random(settings.Seed).Shuffle(order);
        var jobs = task.WeightDecays.SelectMany(_ => Enumerable.Range(0, Folds(order.Length)), (decay, fold) => (decay, fold)).ToArray();
        var losses = new double[jobs.Length];
        TorchParallel.For(jobs.Length, settings.Workers, job =>
            losses[job] = HeldOutLoss(jobs[job].fold, settings with { WeightDecay = jobs[job].decay }));

        var means = task.WeightDecays
            .Select(decay => (Decay: decay, Loss: losses.Where((_, job) => jobs[job].decay == decay).Average())).ToArray();
        foreach (var (decay, loss) in means)
            channel.Info($"Trial with WeightDecay {decay}: loss {loss * task.LossUnit:g6} on held-out rows.");
        return means.MinBy(mean => mean.Loss).Decay;

        double HeldOutLoss(int fold, TrainingSettings trial)
        {
            var held = (int)(HeldOutFraction * order.Length);
            var (from, to) = (fold * held, (fold + 1) * held);
            var training = rows with { Numbers = [.. order[..from], .. order[to..]] };
            trial = trial with { BatchSize = Math.Min(trial.BatchSize, training.Count), Workers = 1 };
            var members = ensemble.CreateMembers(trial, Networks);
            using var trainer = new EnsembleTrainer(training, null, members, task.Objective, trial, clock);
            trainer.Run(_ => { });
            using var validator = new Validator(rows with { Numbers = order[from..to] }, task.Objective, trial);
            return validator.Evaluate(members).Loss;
        }
    }

    // The fewer rows, the more chance there is in one part of them.
    private static int Folds(int rows) => rows < 500 ? 5 : rows < 2000 ? 2 : 1;
}
