using System.Diagnostics;
using Alice.ML.Optimization;
using Alice.ML.Runtime;
using Alice.ML.Training;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Trainers;

/// <summary>
/// Chooses what the options leave open. Pairs of networks of every plan are trained on most of the rows; from their outputs on the others,
/// the ensemble is put together one network after the other, each the one that lowers the loss of the mean most (Caruana et al. 2004,
/// Ensemble Selection from Libraries of Models).
/// </summary>
internal sealed class Trials : IDisposable
{
    private const int LeastRows = 50;
    private const int MostRows = 100_000;
    private const double HeldOutFraction = 0.2;

    // A mean squared error 2% lower is an RMSE 1% lower.
    private const double WorthTwiceTheTime = 0.98;

    // Smooth functions without noise are learned ever better.
    private const double WorthFourTimesTheTime = 0.5;
    private const int MostRowsOfLongFits = 50_000;

    private readonly LearningTask _task;
    private readonly Ensemble _ensemble;
    private readonly TrainingSettings _settings;
    private readonly IChannel _channel;
    private readonly Stopwatch _clock;
    private readonly int _rows;
    private readonly int _epochs;
    private readonly Fold[] _folds;
    private readonly Dictionary<NetworkPlan, Trial> _trials = [];

    public Trials(LearningTask task, Ensemble ensemble, RowSet rows, TrainingSettings settings, IChannel channel, Stopwatch clock)
    {
        (_task, _ensemble, _settings, _channel, _clock) = (task, ensemble, settings, channel, clock);
        _rows = rows.Count;
        var order = Enumerable.Range(rows.Data.Start, rows.Data.Rows).ToArray();
        new Random(settings.Seed).Shuffle(order);
        // The fewer rows, the more chance there is in one part of them, and the shorter the runs are.
        var (folds, epochShare) = rows.Count switch
        {
            < 500 => (3, 0.5),
            < 3000 => (2, 0.25),
            _ => (1, 0.25),
        };
        // More epochs than usual are for the last fit.
        _epochs = (int)Math.Ceiling(epochShare * Math.Min(
            settings.NumberOfEpochs, TrainingBudget.Epochs(rows.Count, settings.BatchSize, task.IsClassification)));
        var held = (int)(HeldOutFraction * order.Length);
        _folds = [.. Enumerable.Range(0, folds).Select(fold => new Fold(
            rows with { Numbers = [.. order[..(fold * held)], .. order[((fold + 1) * held)..]] },
            rows with { Numbers = order[(fold * held)..((fold + 1) * held)] },
            settings))];
    }

    /// <summary>Whether there are rows enough to tell, and not so many that it takes long. A time limit leaves no time to lose.</summary>
    public static bool Suit(RowSet rows, TrainingSettings settings) =>
        rows.Count is >= LeastRows and <= MostRows && settings.MaximumTime is null;

    /// <summary>The plans of the ensemble's networks whose mean has the lowest loss, and the epochs to train them for.</summary>
    /// <param name="findsEpochs">
    /// Whether to try, with the best plan of each kind, twice the epochs of the trials. Where they halve the loss and there are not more than
    /// 50,000 rows, the last fit takes twice the usual epochs; where they gain less than 1% (of the root mean square), no more of them; where
    /// they gain nothing, those of the trials; else and without this it takes all.
    /// </param>
    public (IReadOnlyList<NetworkPlan> Plans, int Epochs) Choose(bool findsEpochs)
    {
        TryDecays();
        var epochs = findsEpochs ? TryEpochs() : [];
        var chosen = new List<NetworkPlan>();
        foreach (var kinds in _ensemble.Kinds)
            chosen.Add(_trials.Keys.Where(plan => kinds.Contains(plan.Encoding)).MinBy(plan => Loss([.. chosen, plan])));
        _channel.Info($"Chosen: {string.Join("; ", chosen)}; loss {Loss(chosen) * _task.LossUnit:g6} on held-out rows.");
        return (chosen, findsEpochs ? chosen.Max(plan => epochs.GetValueOrDefault(plan.Encoding, _epochs)) : _settings.NumberOfEpochs);
    }

    /// <summary>
    /// What to add to each output so that quantiles cover the held-out rows as their levels say: networks fit the rows that they train on
    /// too closely (Romano et al. 2019, Conformalized Quantile Regression).
    /// </summary>
    /// <param name="levels">Levels of the outputs after the first.</param>
    /// <param name="plans">The ensemble's, from <see cref="Choose"/>.</param>
    public float[] QuantileShifts(IReadOnlyList<float> levels, IReadOnlyList<NetworkPlan> plans)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var missing = cat([.. _folds.Select((fold, i) => fold.Targets - Mean(plans, i))], 0);
        var rows = missing.shape[0];
        var shifts = new float[1 + levels.Count];
        for (var q = 1; q < shifts.Length; q++)
        {
            var sorted = missing.select(1, q).sort().Values.cpu().data<float>().ToArray();
            var rank = (rows + 1) * (double)levels[q - 1];
            shifts[q] = sorted[(int)Math.Clamp(levels[q - 1] < 0.5 ? Math.Floor(rank) - 1 : Math.Ceiling(rank) - 1, 0, rows - 1)];
        }
        return shifts;
    }

    public void Dispose()
    {
        foreach (var fold in _folds)
            fold.Dispose();
        foreach (var trial in _trials.Values)
            trial.Dispose();
    }

    private void TryDecays()
    {
        var decays = _settings.WeightDecays;
        var open = _ensemble.Kinds.SelectMany(kinds => kinds).Distinct().ToList();
        for (var i = 0; i < decays.Count && open.Count > 0; i++)
        {
            // The first two are always tried, so they are trained at once.
            var next = i == 0 ? decays.Take(2).ToArray() : i == 1 ? [] : [decays[i]];
            NetworkPlan[] plans = [.. from kind in open from decay in next select new NetworkPlan(kind, decay)];
            foreach (var (plan, trial) in plans.Zip(Pairs(plans, _epochs)))
                _trials[plan] = trial;
            // Losses fall up to the best decay and rise after it.
            open.RemoveAll(kind => i > 0
                && _trials[new(kind, decays[i])].PairLoss >= decays.Take(i).Min(decay => _trials[new(kind, decay)].PairLoss));
        }
    }

    /// <summary>Gives the best plan of each kind twice the epochs.</summary>
    /// <returns>Epochs that suit each kind.</returns>
    private Dictionary<NumericEncoding, int> TryEpochs()
    {
        var best = _trials.Keys.Where(plan => double.IsFinite(_trials[plan].PairLoss)).GroupBy(plan => plan.Encoding, (_, plans) => plans.MinBy(plan => _trials[plan].PairLoss)).ToArray();
        var twice = Math.Min(2 * _epochs, _settings.NumberOfEpochs);
        var epochs = new Dictionary<NumericEncoding, int>();
        foreach (var (plan, longer) in best.Zip(Pairs(best, twice)))
        {
            var ratio = longer.PairLoss / _trials[plan].PairLoss;
            epochs[plan.Encoding] = ratio switch
            {
                < WorthFourTimesTheTime when _rows <= MostRowsOfLongFits => 2 * _settings.NumberOfEpochs,
                < WorthTwiceTheTime => _settings.NumberOfEpochs,
                < 1 => twice,
                _ => _epochs,
            };
            var (better, other) = ratio < 1 ? (longer, _trials[plan]) : (_trials[plan], longer);
            _trials[plan] = better;
            other.Dispose();
        }
        return epochs;
    }

    /// <summary>Trains a pair of networks of each plan in every fold.</summary>
    private Trial[] Pairs(NetworkPlan[] plans, int epochs)
    {
        // One network a call, so that the threads have enough of them.
        var outputs = new Tensor[2 * plans.Length * _folds.Length];
        TorchParallel.For(outputs.Length, _settings.Workers, job =>
            outputs[job] = Train(job % 2, plans[job / 2 % plans.Length], _folds[job / 2 / plans.Length], epochs));
        return [.. plans.Select((plan, i) =>
        {
            var trial = new Trial([.. Enumerable.Range(0, _folds.Length).Select(fold =>
                (outputs[2 * (fold * plans.Length + i)], outputs[2 * (fold * plans.Length + i) + 1]))]);
            trial.PairLoss = MeanLoss(fold => trial.Mean(fold));
            var single = (MeanLoss(fold => trial.Outputs[fold].First.clone()) + MeanLoss(fold => trial.Outputs[fold].Second.clone())) / 2;
            trial.SeedLoss = double.IsFinite(single) ? 2 * (single - trial.PairLoss) : 0;
            if (!double.IsFinite(trial.PairLoss))
            {
                _channel.Warning($"The trial of {plan} diverged: it is no choice.");
                return trial;
            }
            _channel.Info($"Trial of {plan}, {epochs:N0} epochs: loss {single * _task.LossUnit:g6}, of two networks "
                + $"{trial.PairLoss * _task.LossUnit:g6}.");
            return trial;
        })];
    }

    private Tensor Train(int index, NetworkPlan plan, Fold fold, int epochs)
    {
        using var guard = no_grad();
        var settings = _settings with
        {
            BatchSize = Math.Min(_settings.BatchSize, fold.Training.Count),
            NumberOfEpochs = epochs,
            Workers = 1,
        };
        var network = _ensemble.Create(index, plan, settings);
        using var trainer = new EnsembleTrainer(fold.Training, null, [network], _task, settings, _clock);
        try
        {
            trainer.Run();
        }
        catch (InvalidOperationException) when (network.GaveUp)
        {
            return zeros(fold.HeldOut, _task.Outputs, device: _settings.Device).Shift(double.NaN);
        }
        return _task.Hold(fold.Outputs(network));
    }

    /// <summary>
    /// Loss of the mean of networks with these plans. The mean of a pair stands for each of its networks; what the loss owes to the
    /// networks' seeds falls with their number, so that n networks of a plan have 1/n of it and the pair one half.
    /// </summary>
    private double Loss(IReadOnlyList<NetworkPlan> plans)
    {
        var loss = MeanLoss(fold => Mean(plans, fold));
        foreach (var (plan, count) in plans.CountBy(plan => plan))
        {
            var share = (double)count / plans.Count;
            loss += share * share * _trials[plan].SeedLoss * (1.0 / count - 0.5);
        }
        return loss;
    }

    private Tensor Mean(IReadOnlyList<NetworkPlan> plans, int fold)
    {
        var mean = _trials[plans[0]].Mean(fold);
        foreach (var plan in plans.Skip(1))
            mean.Add(_trials[plan].Mean(fold));
        return mean.Scale(1.0 / plans.Count);
    }

    private double MeanLoss(Func<int, Tensor> outputs)
    {
        using var guard = no_grad();
        return Enumerable.Range(0, _folds.Length).Average(fold =>
        {
            using var scope = NewDisposeScope();
            var loss = _folds[fold].Loss(_task.Objective, outputs(fold));
            return double.IsFinite(loss) ? loss : double.PositiveInfinity; // networks without bounds are no choice
        });
    }

    /// <summary>Networks of a plan on the held-out rows of every fold.</summary>
    private sealed class Trial((Tensor First, Tensor Second)[] outputs) : IDisposable
    {
        /// <summary>Per fold [rows, outputs] of each network.</summary>
        public (Tensor First, Tensor Second)[] Outputs => outputs;

        public double PairLoss { get; set; }

        /// <summary>What one network's loss has more than that of the mean of very many that differ by their seeds.</summary>
        public double SeedLoss { get; set; }

        public Tensor Mean(int fold) => outputs[fold].First.Plus(outputs[fold].Second).Scale(0.5);

        public void Dispose()
        {
            foreach (var (first, second) in outputs)
            {
                first.Dispose();
                second.Dispose();
            }
        }
    }

    /// <summary>A division of the rows into those to train on and those to measure on.</summary>
    private sealed class Fold(RowSet training, RowSet heldOut, TrainingSettings settings) : IDisposable
    {
        private readonly HeldOutRows _heldOut = new(heldOut, settings);

        public RowSet Training => training;

        /// <summary>Rows to measure on.</summary>
        public int HeldOut => _heldOut.Count;

        /// <summary>Targets [rows, 1] of the held-out rows.</summary>
        public Tensor Targets => _heldOut.Targets;

        /// <summary>Outputs [rows, outputs] for the held-out rows; they belong to no scope.</summary>
        public Tensor Outputs(Member member)
        {
            using var scope = NewDisposeScope();
            using var reader = _heldOut.Open(member.Inputs);
            return _heldOut.Outputs(member, reader).DetachFromDisposeScope();
        }

        /// <summary>Mean loss by the rows' weights.</summary>
        public double Loss(Objective objective, Tensor outputs) => _heldOut.Mean(objective.TrialLosses(outputs, _heldOut.Targets));

        public void Dispose() => _heldOut.Dispose();
    }
}
