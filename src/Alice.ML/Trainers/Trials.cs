using System.Diagnostics;
using Alice.ML.Runtime;
using Alice.ML.Training;
using Microsoft.ML.Runtime;

namespace Alice.ML.Trainers;

/// <summary>
/// Chooses what the options leave open by training a few networks on most of the rows and measuring them on the others.
/// </summary>
internal sealed class Trials(
    LearningTask task, Ensemble ensemble, RowSet rows, TrainingSettings settings, IChannel channel, Stopwatch clock)
{
    private const int LeastRows = 50;
    private const int MostRows = 100_000;
    private const double HeldOutFraction = 0.2;
    private const double EpochShare = 0.5;

    // The fewer rows, the more chance there is in one part of them, and most in the losses of classes, whose networks are soon trained.
    private readonly int _folds = rows.Count < (task.TriesEncodings ? 3000 : 20_000) ? 3 : 1;
    private readonly long[] _order = Shuffled(rows.Data, settings.Seed);

    /// <summary>Whether there are rows enough to tell, and not so many that it takes long. A time limit leaves no time to lose.</summary>
    public static bool Suit(RowSet rows, TrainingSettings settings) =>
        rows.Count is >= LeastRows and <= MostRows && settings.MaximumTime is null;

    /// <summary>Settings and, in the ensemble, the encoding with the lowest losses.</summary>
    /// <param name="encoding">Whether the encoding is open.</param>
    /// <param name="weightDecay">Whether the weight decay is; else it is that of the settings.</param>
    public TrainingSettings Choose(bool encoding, bool weightDecay)
    {
        if (weightDecay)
            settings = settings with { WeightDecay = task.WeightDecays[0] };
        double? loss = encoding ? ChooseEncoding() : null;
        if (!weightDecay)
            return settings;

        var best = (Loss: loss ?? Measure(settings), Settings: settings);
        foreach (var decay in task.WeightDecays.Skip(1))
        {
            var trial = settings with { WeightDecay = decay };
            var next = Measure(trial);
            // Losses fall up to the best decay and rise after it.
            if (next >= task.TrialMargin * best.Loss)
                break;
            best = (next, trial);
        }
        return best.Settings;
    }

    private double ChooseEncoding()
    {
        // In each fold two pairs of one network of either kind: from them, pairs of one kind are made too.
        var pairs = new EnsembleTrainer[2 * _folds];
        try
        {
            TorchParallel.For(pairs.Length, settings.Workers, job =>
                pairs[job] = Train(job / 2, settings, first: job % 2 == 0 ? NumericEncoding.None : NumericEncoding.PiecewiseLinear));
            var losses = ensemble.Encodings.ToDictionary(encoding => encoding, _ => 0.0);
            for (var fold = 0; fold < _folds; fold++)
            {
                using var validator = new Validator(HeldOut(fold), task.Objective, settings);
                var (a, b) = (pairs[2 * fold].Members, pairs[2 * fold + 1].Members);
                foreach (var encoding in ensemble.Encodings)
                    losses[encoding] += validator.Evaluate(encoding switch
                    {
                        NumericEncoding.None => [a[0], b[1]],
                        NumericEncoding.PiecewiseLinear => [b[0], a[1]],
                        _ => a,
                    }).Loss / _folds;
            }
            foreach (var (encoding, loss) in losses)
                channel.Info($"Trial with NumericEncoding {encoding}: loss {loss * task.LossUnit:g6} on held-out rows.");
            var best = losses.MinBy(pair => pair.Value).Key;
            if (losses[best] < task.TrialMargin * losses[ensemble.Encoding])
                ensemble.Encoding = best;
            return losses[ensemble.Encoding];
        }
        finally
        {
            foreach (var pair in pairs)
                pair?.Dispose();
        }
    }

    /// <summary>Loss of two networks of the ensemble on held-out rows, mean of the folds.</summary>
    private double Measure(TrainingSettings trial)
    {
        var losses = new double[_folds];
        // With one fold the two networks are trained side by side, else the folds.
        var workers = _folds == 1 ? settings.Workers : 1;
        TorchParallel.For(_folds, Math.Min(_folds, settings.Workers), fold =>
        {
            using var pair = Train(fold, trial, workers: workers);
            using var validator = new Validator(HeldOut(fold), task.Objective, trial);
            losses[fold] = validator.Evaluate(pair.Members).Loss;
        });
        channel.Info($"Trial with WeightDecay {trial.WeightDecay}: loss {losses.Average() * task.LossUnit:g6} on held-out rows.");
        return losses.Average();
    }

    private EnsembleTrainer Train(int fold, TrainingSettings trial, NumericEncoding? first = null, int workers = 1)
    {
        var (from, to) = HeldOutRange(fold);
        var training = rows with { Numbers = [.. _order[..from], .. _order[to..]] };
        trial = trial with
        {
            BatchSize = Math.Min(trial.BatchSize, training.Count),
            NumberOfEpochs = (int)Math.Ceiling(EpochShare * trial.NumberOfEpochs),
            Workers = workers,
        };
        var trainer = new EnsembleTrainer(training, null, ensemble.CreatePair(trial, first), task.Objective, trial, clock);
        try
        {
            trainer.Run(_ => { });
            return trainer;
        }
        catch
        {
            trainer.Dispose();
            throw;
        }
    }

    private RowSet HeldOut(int fold)
    {
        var (from, to) = HeldOutRange(fold);
        return rows with { Numbers = _order[from..to] };
    }

    private (int From, int To) HeldOutRange(int fold)
    {
        var held = (int)(HeldOutFraction * _order.Length);
        return (fold * held, (fold + 1) * held);
    }

    private static long[] Shuffled(TrainingData data, int seed)
    {
        var order = Enumerable.Range(data.Start, data.Rows).Select(row => (long)row).ToArray();
        new Random(seed).Shuffle(order);
        return order;
    }
}
