using Alice.ML.Optimization.Runtime;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Data;
using Alice.ML.Training.Members;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>Chooses among the plans that the options leave open. Two networks of every plan start in each fold. They
/// are evaluated on held-out rows at rungs, each after twice the steps of the one before. Plans that are behind stop
/// (successive halving, Jamieson and Talwalkar 2016), and so do plans that no longer improve. The ensemble is selected
/// from the best states of all plans. Its networks then continue from there on all rows.</summary>
/// <remarks>The result depends on the rows, the options and the seed; with a time limit, also on the time.</remarks>
internal sealed class Race : IDisposable
{
    // Keys of the orders of rows must differ from those of the fit that comes after.
    private const long OrderKeys = 1_000_000;

    // Each pair has its own order of rows, so that no pair waits for another's minibatch.
    private readonly List<(int Fold, int Index, Lane Lane)> _lanes = [];
    private readonly LearningTask _task;
    private readonly TrainingSettings _settings;
    private readonly IChannel _channel;
    private readonly RaceWatch _watch;
    private readonly int _rows;
    private readonly PlanFold[] _folds;
    private readonly List<IFeatureSource> _sources = [];
    private readonly List<Candidate> _candidates = [];

    // Steps at the beginning of the rung.
    private long _steps;

    // The usual number of steps; 0 if it is not known yet.
    private long _most;
    private int _rung;
    private int _extraRungs;

    /// <param name="task">The learning task.</param>
    /// <param name="rows">The training rows, and the user's validation rows, which compare plans if there are enough of
    /// them. Not owned.</param>
    /// <param name="settings">Settings of the run; <see cref="TrainingSettings.NumberOfEpochs"/> are the usual
    /// passes.</param>
    /// <param name="channel">Receives messages.</param>
    /// <param name="watch">Keeps track of the time.</param>
    public Race(LearningTask task, TrainingRows rows, TrainingSettings settings, IChannel channel, RaceWatch watch)
    {
        (_task, _settings, _channel, _watch) = (task, settings with { Workers = 1 }, channel, watch);
        Workers = settings.Workers;
        _rows = rows.Training.TotalCount;
        _folds = rows.Validation is { } heldOut && AutoRules.JudgesBy(heldOut.TotalCount)
            ? [new PlanFold(rows.Training, heldOut, settings)]
            : Folds(rows.Training, settings);
        Losses = new HeldOutLosses(task, _folds);
    }

    /// <summary>Losses on the held-out rows.</summary>
    public HeldOutLosses Losses { get; }

    /// <summary>All plans with their results.</summary>
    public IReadOnlyList<Candidate> Candidates => _candidates;

    /// <summary>Whether the race ended early because of the time limit.</summary>
    public bool IsShortened { get; private set; }

    /// <summary>The checkpoint of the run. Null: there is none.</summary>
    public RunCheckpoint? Checkpoint { get; init; }

    private int Workers { get; }

    private Spread Spread => _settings.Spread;

    /// <summary>Steps at which the time of the race ends.</summary>
    private long EndOfTime =>
        _steps + _watch.StepsLeft / _candidates.Where(c => c.IsRunning).Sum(c => (long)c.Networks.Count);

    /// <summary>Runs the race to the end, or until the time is up or the run is cancelled.</summary>
    /// <param name="plans">The plans that start.</param>
    /// <param name="kinds">For each network of the ensemble, the encodings that it may have.</param>
    /// <param name="create">Creates a new network of a plan, from an index that decides its seed.</param>
    /// <exception cref="OperationCanceledException">Cancelled before the first rung was evaluated.</exception>
    public void Run(
        IReadOnlyList<NetworkPlan> plans, IReadOnlyList<IReadOnlyList<Trainers.NumericEncoding>> kinds,
        Func<int, NetworkPlan, NetworkInTraining> create)
    {
        foreach (var plan in plans)
            Enter(plan, create);
        RunRungs(kinds);
        Share();
    }

    private void RunRungs(IReadOnlyList<IReadOnlyList<Trainers.NumericEncoding>> kinds)
    {
        if (Checkpoint?.Saved(TrainingPhase.Choosing) is { } saved)
            Restore(saved);
        var usual = Math.Max(1, (long)(_settings.NumberOfEpochs * ((double)_rows / _settings.BatchSize)));
        if (_most == 0)
            _most = double.IsFinite(_watch.SecondsLeft) ? FitIntoTime(usual) : usual;
        _extraRungs = AutoRules.ExtraRungs(_most, usual);
        _watch.Expected = _most * (AutoRules.Work(_candidates.Count, _folds.Length) + 2);
        Checkpoint?.Enter(TrainingPhase.Choosing, Save);
        var lastRung = _settings.HasChosenLength ? AutoRules.Rungs - 1
            : AutoRules.LastRung(_rows, _task.IsClassification);
        for (; _rung <= lastRung + _extraRungs; _rung++)
        {
            var until = AutoRules.Steps(_rung, _most);
            if (until <= _steps)
                continue;
            // Steps that are not evaluated are lost: the last rung ends where the time does.
            var end = _extraRungs > 0 && _rung >= AutoRules.Rungs ? EndOfTime : until;
            var isLast = end < until;
            if (isLast && end < AutoRules.LeastExtension * _steps)
                return;
            until = Math.Min(until, end);
            RunTo(until, _steps);
            var isFirst = _candidates.All(candidate => candidate.Steps == 0);
            // Asked once: a checkpoint has the state before the evaluation.
            var isCancelled = _watch.IsCancelled;
            if (isCancelled && Checkpoint is not null)
            {
                Share();
                Checkpoint.SaveInterrupted();
            }
            if (isCancelled && isFirst)
                throw new OperationCanceledException("Training was cancelled before its first networks were measured.");
            NetworkInTraining.RequireSameWeights(_settings.Peers, _lanes.SelectMany(entry => entry.Lane.Networks));
            if (!isCancelled && (!_watch.IsLate || isFirst))
                Judge(_rung, until);
            IsShortened |= _watch.IsLate;
            if (isCancelled || _watch.IsLate || isLast || !Drop(_rung, kinds))
                return;
            _steps = until;
        }
    }

    public void Dispose()
    {
        foreach (var (_, _, lane) in _lanes)
            lane.Dispose();
        foreach (var fold in _folds)
            fold.Dispose();
        foreach (var source in _sources)
            source.Dispose();
        foreach (var candidate in _candidates)
            candidate.Dispose();
    }

    /// <summary>Writes the state of the race. No network takes a step meanwhile.</summary>
    private void Save(BinaryWriter writer)
    {
        writer.Write(_most);
        writer.Write(_rung);
        writer.Write(_steps);
        writer.Write(IsShortened);
        _watch.Save(writer);
        foreach (var candidate in _candidates)
            candidate.Save(writer);
        foreach (var (_, _, lane) in _lanes)
            writer.Write(lane.Steps);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    private void Restore(BinaryReader reader)
    {
        _most = reader.ReadInt64();
        _rung = reader.ReadInt32();
        _steps = reader.ReadInt64();
        IsShortened = reader.ReadBoolean();
        _watch.Restore(reader);
        foreach (var candidate in _candidates)
        {
            candidate.Restore(reader, _settings.Device);
            if (!candidate.IsRunning)
                Stop(candidate);
        }
        foreach (var (_, _, lane) in _lanes)
        {
            lane.Steps = reader.ReadInt64();
            lane.Networks.RemoveAll(member => member.GaveUp);
        }
        ReportLoss();
        Checkpoint!.CloseSaved();
    }

    private PlanFold[] Folds(RowSet rows, TrainingSettings settings)
    {
        if (rows.Data.Features is FileFeatures)
            return FoldsOfFile(rows, settings);
        var order = Enumerable.Range(rows.Data.Start, rows.Data.Rows).ToArray();
        new Random(settings.Seed).Shuffle(order);
        // Each rank holds out its share.
        var total = rows.Data.TotalRows;
        var held = (int)((long)AutoRules.HeldOutRows(total, settings.Folds) * order.Length / total);
        return [.. Enumerable.Range(0, settings.Folds).Select(fold => new PlanFold(
            rows.Of([.. order[..(fold * held)], .. order[((fold + 1) * held)..]]),
            rows.Of(order[(fold * held)..((fold + 1) * held)]),
            settings))];
    }

    /// <summary>Reads held-out rows from a file into memory.</summary>
    private PlanFold[] FoldsOfFile(RowSet rows, TrainingSettings settings)
    {
        var held = AutoRules.HeldOutRows(rows.Data.Rows, settings.Folds);
        var random = new Random(settings.Seed);
        var drawn = new HashSet<int>();
        while (drawn.Count < held * settings.Folds)
            drawn.Add(rows.Data.Start + random.Next(rows.Data.Rows));
        return [.. drawn.Chunk(held).Select(numbers =>
        {
            Array.Sort(numbers);
            var data = rows.Data.Extract(numbers);
            var source = data.Features.Open(data.Rows, Standardization.Identity(data.Columns), settings.Device);
            _sources.Add(source);
            return new PlanFold(rows.AllBut(numbers), new RowSet(data, source), settings);
        })];
    }

    private void Enter(NetworkPlan plan, Func<int, NetworkPlan, NetworkInTraining> create)
    {
        var networks = new NetworkInTraining[AutoRules.NetworksPerFold * _folds.Length];
        for (var i = 0; i < networks.Length; i++)
        {
            networks[i] = create(i, plan);
            networks[i].Number = _candidates.Count * networks.Length + i;
            var (fold, index) = (i / AutoRules.NetworksPerFold, i % AutoRules.NetworksPerFold);
            var lane = _lanes.Find(known => known.Fold == fold && known.Index == index
                && known.Lane.Inputs == networks[i].Inputs).Lane;
            if (lane is null)
                _lanes.Add((fold, index, lane = new Lane(
                    _folds[fold].Training, networks[i].Inputs, _settings,
                    AliceDirections.Key((ulong)_settings.Seed, OrderKeys + i))));
            if (Spread.IsOwn(networks[i]))
                lane.Networks.Add(networks[i]);
        }
        _candidates.Add(new Candidate(plan, networks, _settings.HasChosenLength));
    }

    /// <summary>Times a few steps, and chooses a length that the time allows. With very little time only some plans are
    /// kept.</summary>
    private long FitIntoTime(long usual)
    {
        // The first steps include the compilation by the runtime.
        RunTo(_steps = 1, from: 0);
        _watch.Measure();
        RunTo(_steps = 1 + AutoRules.TimingSteps, from: 1);
        var seconds = _watch.SecondsPerStep;
        var steps = Affordable();
        if (steps < AutoRules.LeastStepsOfAllPlans)
        {
            foreach (var candidate in _candidates.Where(c => c.Plan.IsLinear)
                .Concat(_candidates.Where(c => !c.Plan.IsLinear).GroupBy(c => c.Plan.Encoding)
                    .SelectMany(group => group.Skip(1))).ToArray())
                Stop(candidate);
            steps = Affordable();
        }
        IsShortened = steps < usual;
        _watch.Keep(AutoRules.TimeKeptForFinish);
        return Math.Clamp(steps, 1 + 2 * AutoRules.TimingSteps, AutoRules.MostOfUsual * usual);

        long Affordable() =>
            (long)(_watch.SecondsLeft / seconds
                / (AutoRules.Work(_candidates.Count(c => c.IsRunning), _folds.Length) + 4));
    }

    private void RunTo(long until, long from)
    {
        // The mean of the second half of the steps since the start.
        var averagesFrom = until / 2;
        while (true)
        {
            var end = Math.Min(until, Spread.NextMeeting(_lanes.Max(entry => entry.Lane.Steps)));
            TorchParallel.For(_lanes.Count, Workers, i =>
            {
                var lane = _lanes[i].Lane;
                lane.Run(from, until, averagesFrom, () => _watch.Tick(lane.Networks.Count),
                    () => lane.Steps >= end || Spread.IsAlone && Checkpoint?.IsDue == true);
                // Its networks train on other ranks, or have stopped.
                if (lane.Networks.Count == 0)
                    lane.Steps = Math.Max(lane.Steps, end);
            });
            _watch.Meet();
            if (_watch.IsCancelled || _watch.IsLate || _lanes.All(entry => entry.Lane.Steps >= until))
                return;
            if (Checkpoint?.IsDue != true)
                continue;
            Share();
            Checkpoint.Save();
        }
    }

    /// <summary>Shares the state of the networks among all ranks.</summary>
    private void Share()
    {
        foreach (var candidate in _candidates)
            Spread.Share(candidate.Networks, candidate.SaveNetwork, candidate.RestoreNetwork);
    }

    private void Judge(int rung, long steps)
    {
        var outputs = new Dictionary<NetworkInTraining, Tensor>();
        TorchParallel.For(_lanes.Count, Workers, i =>
        {
            var (fold, _, lane) = _lanes[i];
            var given = lane.Networks.Count == 0 ? [] : _folds[fold].Outputs(lane.Networks, _task);
            lock (outputs)
                foreach (var (member, output) in lane.Networks.Zip(given))
                    // Outputs are held near the labels: it is the weights that tell of networks that have left all
                    // bounds.
                    if (member.IsFinite())
                        outputs[member] = output;
                    else
                        output.Dispose();
        });
        foreach (var candidate in _candidates.Where(c => c.IsRunning))
        {
            var before = candidate.Loss;
            candidate.Judge(Share(candidate, outputs), steps, Losses.Loss);
            _channel.Info(
                $"{candidate.Plan}, {steps:N0} steps: held-out loss {candidate.LastLoss * _task.LossUnit:g6}.");
            if (!double.IsFinite(candidate.LastLoss)
                || !_settings.HasChosenLength && !AutoRules.HasGained(rung, _extraRungs, before, candidate.LastLoss)
                    && !IsPatient(rung, candidate))
                Stop(candidate);
        }
        ReportLoss();
    }

    /// <summary>Outputs of the networks of a candidate, on whichever rank they train.</summary>
    private Tensor?[] Share(Candidate candidate, Dictionary<NetworkInTraining, Tensor> own)
    {
        Tensor?[] all = [.. candidate.Networks.Select(network => own.GetValueOrDefault(network))];
        var columns = candidate.Networks[0].Shape.LayerSizes[^1];
        using var scope = NewDisposeScope();
        Spread.Share(candidate.Networks,
            (writer, i) => writer.WriteFloats(all[i] is { } output ? output.data<float>().ToArray() : []),
            (reader, i) => all[i] = reader.ReadFloats() is { Length: > 0 } values
                ? tensor(values).view(-1, columns).DetachFromDisposeScope() : null);
        return all;
    }

    private void ReportLoss()
    {
        var lowest = _candidates.Min(c => c.Loss);
        _watch.HeldOutLoss = double.IsFinite(lowest) ? lowest * _task.LossUnit : null;
    }

    /// <summary>Stops the candidates that are behind.</summary>
    /// <returns>Whether any candidates are left.</returns>
    private bool Drop(int rung, IReadOnlyList<IReadOnlyList<Trainers.NumericEncoding>> kinds)
    {
        var running = _candidates.Where(c => c.IsRunning).OrderBy(c => c.LastLoss).ToArray();
        var kept = running.Take(AutoRules.Kept(rung, running.Length)).ToHashSet();
        if (!AutoRules.KeepsEnsemble(rung))
            kept.UnionWith(running.GroupBy(c => c.Plan.Encoding, (_, group) => group.First()));
        else if (!_settings.HasChosenLength && running.Length > 0)
            kept.IntersectWith(Losses.Choose(_candidates, kinds));
        kept.UnionWith(running.Where(c => IsPatient(rung, c)));
        foreach (var candidate in running.Where(c => !kept.Contains(c)))
            Stop(candidate);
        return kept.Count > 0;
    }

    private bool IsPatient(int rung, Candidate candidate) =>
        AutoRules.IsPatient(_rows, _task.LabelCount, _task.IsClassification, candidate.Plan.HasBins,
            candidate.Plan.WeightDecay, candidate.Plan.Dropout)
        && AutoRules.StaysPatient(rung, candidate.EarlierLoss, candidate.LastLoss);

    private void Stop(Candidate candidate)
    {
        candidate.IsRunning = false;
        foreach (var (_, _, lane) in _lanes)
            lane.Networks.RemoveAll(candidate.Networks.Contains);
    }
}
