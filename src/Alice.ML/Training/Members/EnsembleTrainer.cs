using System.Runtime.InteropServices;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Members;

/// <summary>Trains the members of an ensemble in parallel, epoch by epoch, on the same minibatches. Losses and metrics
/// are in the units of the standardized targets.</summary>
internal sealed class EnsembleTrainer : IDisposable
{
    private readonly TrainingSettings _settings;
    private readonly IReadOnlyList<NetworkInTraining> _members;
    private readonly BatchSource _batches;
    private readonly int _epochs;

    // One per thread and encoding of the inputs.
    private readonly Dictionary<InputEncoding, BatchReader>[] _readers;
    private readonly Dictionary<InputEncoding, StackSet> _stacks = [];
    private readonly Validator? _validator;
    private readonly RunClock _clock;
    private volatile StopReason _stopReason = StopReason.Finished;
    private int _epoch = 1;

    // Members that have not ended the epoch; none: it has not begun.
    private IReadOnlyList<NetworkInTraining> _running = [];

    /// <param name="rows">Training and validation rows. Not owned.</param>
    /// <param name="members">The members. The trainer takes ownership.</param>
    /// <param name="task">The learning task.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="clock">Measures the time since the fit began.</param>
    public EnsembleTrainer(
        TrainingRows rows, IReadOnlyList<NetworkInTraining> members, LearningTask task, TrainingSettings settings,
        RunClock clock)
    {
        _settings = settings;
        _members = members;
        _clock = clock;
        // Members with the same work go to different ranks.
        foreach (var (number, member) in members.GroupBy(member => member.Inputs)
            .SelectMany(group => group.OrderByDescending(member => member.Course.Length)).Index())
            member.Number = number;
        _epochs = (int)Math.Ceiling(members.Max(member => member.Course.Length));
        _batches = BatchSource.Create(rows.Training, settings.BatchSize, settings);
        _readers = [.. Enumerable.Range(0, Math.Max(1, Math.Min(settings.Workers, members.Count)))
            .Select(_ => new Dictionary<InputEncoding, BatchReader>())];
        if (rows.Validation is { } validation)
            _validator = new Validator(validation, task, settings);
    }

    /// <summary>Whether the members can form a model even before the first epoch ends.</summary>
    public bool IsStarted { get; init; }

    /// <summary>The checkpoint of the run. Null: there is none.</summary>
    public RunCheckpoint? Checkpoint { get; init; }

    /// <summary>The members. Those that other ranks train are up to date once the run has ended.</summary>
    public IReadOnlyList<NetworkInTraining> Members => _members;

    private Spread Spread => _settings.Spread;

    /// <summary>Why the run ended.</summary>
    public StopReason StopReason => _stopReason;

    /// <summary>Trains to the end, from the restored state if there is one.</summary>
    /// <param name="report">Receives a report after every epoch. Null: no reports, which saves passes over all
    /// parameters.</param>
    /// <exception cref="InvalidOperationException">Training diverged too often.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the first epoch ended.</exception>
    public void Run(Action<AliceEpoch>? report = null)
    {
        using var guard = no_grad();
        for (; _epoch <= _epochs && _stopReason == StopReason.Finished; _epoch++)
        {
            _batches.Shuffle(AliceDirections.Key(_members[0].Key, -_epoch));
            if (_running.Count == 0)
                _running = _members;
            do
            {
                RunEpoch();
                if (_stopReason != StopReason.Finished)
                {
                    End();
                    Share();
                    return;
                }
                EndEpoch();
            }
            while (_running.Count > 0);

            NetworkInTraining.RequireSameWeights(_settings.Peers, _members);
            var validation = _validator?.Evaluate(_members);
            report?.Invoke(Describe(_epoch, validation));
            if (_validator?.ShouldStop == true)
                _stopReason = StopReason.EarlyStopping;
        }
        Share();
    }

    /// <summary>Writes the state. No member takes a step meanwhile.</summary>
    public void Save(BinaryWriter writer)
    {
        // A cancelled run can be resumed.
        writer.Write((int)(_stopReason == StopReason.Cancelled ? StopReason.Finished : _stopReason));
        writer.Write(_epoch);
        foreach (var member in _members)
        {
            writer.Write(_running.Contains(member));
            member.Save(writer);
        }
        _validator?.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        _stopReason = (StopReason)reader.ReadInt32();
        _epoch = reader.ReadInt32();
        var running = new List<NetworkInTraining>();
        foreach (var member in _members)
        {
            if (reader.ReadBoolean())
                running.Add(member);
            member.Restore(reader);
        }
        _running = running;
        _validator?.Restore(reader);
    }

    public void Dispose()
    {
        foreach (var stacks in _stacks.Values)
            stacks.Dispose();
        foreach (var member in _members)
            member.Dispose();
        foreach (var reader in _readers.SelectMany(readers => readers.Values))
            reader.Dispose();
        _validator?.Dispose();
        _batches.Dispose();
    }

    /// <summary>Ends a run that was stopped.</summary>
    private void End()
    {
        if (_stopReason == StopReason.Cancelled && Checkpoint is not null)
        {
            Share();
            Checkpoint.SaveInterrupted();
        }
        if (!HasEnough)
            throw new OperationCanceledException("Training was cancelled before its first epoch ended.");
        foreach (var member in _members)
            member.Settle(_epoch - 1);
    }

    /// <summary>Whether there is a model to return.</summary>
    private bool HasEnough => _epoch > 1 || IsStarted;

    /// <summary>Why to stop. <see cref="StopReason.Finished"/>: there is no reason yet.</summary>
    private StopReason Asked() => _settings.IsCancelled() ? StopReason.Cancelled
        : HasEnough && _clock.Elapsed >= _settings.MaximumTime ? StopReason.MaximumTrainingTime
        : StopReason.Finished;

    /// <summary>Shares the state of the members among all ranks.</summary>
    private void Share()
    {
        Spread.Share(_members, (writer, i) => _members[i].Save(writer),
            (reader, i) => _members[i].Restore(reader));
        NetworkInTraining.RequireSameWeights(Spread.Peers, _members);
    }

    /// <summary>Runs the epoch of the running members on all threads. Members with the same inputs are distributed over
    /// the threads.</summary>
    private void RunEpoch()
    {
        var others = _running.Where(member => !Spread.IsOwn(member)).ToArray();
        var dealt = _running.Except(others).GroupBy(member => member.Inputs).SelectMany(group => group).ToArray();
        var workers = Math.Min(_readers.Length, dealt.Length);
        // All ranks agree on why to stop, as of their last exchange.
        while ((_stopReason = Asked()) == StopReason.Finished)
        {
            var end = (int)Math.Min(_batches.Count, Spread.NextMeeting(_running.Max(member => member.Position)));
            TorchParallel.For(workers, Math.Max(1, workers), worker =>
                RunEpoch(dealt.Where((_, index) => index % workers == worker).ToArray(), _readers[worker], end));
            foreach (var member in others)
                member.Position = end;
            Spread.Meet();
            if (_stopReason != StopReason.Finished || _running.All(member => member.Position == _batches.Count))
                return;
            if (Checkpoint?.IsDue != true)
                continue;
            Share();
            Checkpoint.Save();
        }
    }

    /// <summary>Keeps only the members running that must repeat the epoch.</summary>
    private void EndEpoch()
    {
        var running = _running;
        var ended = Peers.Agree(Spread.Peers, () => running.ToDictionary(
            member => member, member => Spread.IsOwn(member) && member.EndEpoch()));
        foreach (var member in running)
            member.Position = 0;
        var all = Spread.Share(running, i => ended[running[i]]);
        _running = [.. running.Where((_, index) => !all[index])];
    }

    private void RunEpoch(NetworkInTraining[] members, Dictionary<InputEncoding, BatchReader> readers, int end)
    {
        using var guard = no_grad();
        foreach (var member in members.Where(member => member.Position == 0))
            member.StartEpoch();
        var groups = members.GroupBy(member => member.Inputs, (inputs, group) => (Reader(inputs), group.ToArray()))
            .ToArray();
        var first = members.Min(member => member.Position);
        for (var i = first; i < end; i++)
        {
            if (Asked() is var reason && reason != StopReason.Finished)
                _stopReason = reason;
            if (_stopReason != StopReason.Finished || i > first && Spread.IsAlone && Checkpoint?.IsDue == true)
                return;

            var passes = _epoch - 1.0 + (double)i / _batches.Count;
            // Each minibatch is read once for members with the same inputs.
            foreach (var (reader, group) in groups)
            {
                var isRead = false;
                var stacks = _settings.UsesStacks ? Stacks(group) : null;
                foreach (var member in group)
                {
                    // Some members may have been further ahead when the run was interrupted.
                    if (member.Position > i)
                        continue;
                    if (member.Course.At(passes) is { } phase)
                    {
                        if (!isRead)
                            reader.Read(i);
                        isRead = true;
                        if (stacks is null)
                            member.Step(reader, phase);
                        else
                            member.PlanStep(phase);
                    }
                    member.Position = i + 1;
                }
                stacks?.Step(reader);
            }
        }

        BatchReader Reader(InputEncoding inputs)
        {
            if (!readers.TryGetValue(inputs, out var reader))
                readers[inputs] = reader = _batches.Open(inputs, _settings.GradientAccumulation);
            return reader;
        }
    }

    /// <summary>The stacks of members with the same inputs, by the inputs of their first member.</summary>
    private StackSet Stacks(NetworkInTraining[] members)
    {
        ref var stacks = ref CollectionsMarshal.GetValueRefOrAddDefault(_stacks, members[0].Inputs, out _);
        if (stacks?.Has(members) == true)
            return stacks;
        var before = stacks;
        stacks = new StackSet(members);
        before?.Dispose();
        return stacks;
    }

    private AliceEpoch Describe(int epoch, (double Loss, double Metric)? validation)
    {
        var figures = Spread.Share(_members, i => _members[i].Figures());
        return new AliceEpoch
        {
            Epoch = epoch,
            NumberOfEpochs = _epochs,
            TrainingLoss = figures.Average(member => member.Loss),
            NetworkLosses = [.. figures.Select(member => member.Loss)],
            ValidationLoss = validation?.Loss,
            ValidationMetric = validation?.Metric,
            LearningRate = figures[0].LearningRate,
            ShareAtUpperBound = figures.Average(member => member.ShareAtUpperBound),
            MeanGlassDensity = figures.Average(member => member.GlassDensity),
            MeanHessian = figures.Average(member => member.Hessian),
            Seconds = _clock.Elapsed.TotalSeconds,
            GradientEvaluations = figures.Sum(member => member.GradientEvaluations),
        };
    }
}
