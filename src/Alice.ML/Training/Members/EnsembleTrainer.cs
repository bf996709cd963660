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

/// <summary>Trains the members of an ensemble side by side on the same minibatches: fit → epoch → step. Losses and
/// metrics are in the units of the standardized targets.
/// </summary>
internal sealed class EnsembleTrainer : IDisposable
{
    private readonly TrainingSettings _settings;
    private readonly IReadOnlyList<Member> _members;
    private readonly BatchSource _batches;
    private readonly int _epochs;

    // Per thread, and for each kind of inputs.
    private readonly Dictionary<InputEncoding, BatchReader>[] _readers;
    private readonly Dictionary<InputEncoding, StackSet> _stacks = [];
    private readonly Validator? _validator;
    private readonly RunClock _clock;
    private volatile StopReason _stopReason = StopReason.Finished;
    private int _epoch = 1;

    // Those that the epoch has not ended for; none: it is still to begin.
    private IReadOnlyList<Member> _running = [];

    /// <param name="training">Rows to learn from; not owned.</param>
    /// <param name="validation">Rows to measure every epoch on; not owned.</param>
    /// <param name="members">The members; owned from now on.</param>
    /// <param name="task">What they learn.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="clock">Runs since the fit began.</param>
    public EnsembleTrainer(
        RowSet training, RowSet? validation, IReadOnlyList<Member> members, LearningTask task,
        TrainingSettings settings, RunClock clock)
    {
        _settings = settings;
        _members = members;
        _clock = clock;
        _epochs = (int)Math.Ceiling(members.Max(member => member.Course.Length));
        _batches = BatchSource.Create(training, settings.BatchSize, settings);
        _readers = [.. Enumerable.Range(0, Math.Max(1, Math.Min(settings.Workers, members.Count)))
            .Select(_ => new Dictionary<InputEncoding, BatchReader>())];
        if (validation is not null)
            _validator = new Validator(validation, task, settings);
    }

    /// <summary>Whether the members are good for a model before the first epoch ends.</summary>
    public bool IsStarted { get; init; }

    /// <summary>Keeps the run while it goes on; null: nothing does.</summary>
    public RunCheckpoint? Checkpoint { get; init; }

    /// <summary>The members.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>What ended the run.</summary>
    public StopReason StopReason => _stopReason;

    /// <summary>Trains to the end. Where its state was restored, it goes on.</summary>
    /// <param name="report">Told of every epoch; null where nobody wants to know: what is told takes passes over all
    /// parameters.</param>
    /// <exception cref="InvalidOperationException">The loss grew beyond reason, again and again.</exception>
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
                    return;
                }
                _running = [.. _running.Where(member => !member.EndEpoch())];
            }
            while (_running.Count > 0);

            if (_settings.Peers is { } peers)
                Member.RequireSameWeights(peers, _members);
            var validation = _validator?.Evaluate(_members);
            report?.Invoke(Describe(_epoch, validation));
            if (_validator?.ShouldStop == true)
                _stopReason = StopReason.EarlyStopping;
        }
    }

    /// <summary>Writes where it is, while nobody takes a step.</summary>
    public void Save(BinaryWriter writer)
    {
        // Who asked to stop a run may resume it.
        writer.Write((int)(_stopReason == StopReason.Cancelled ? StopReason.Finished : _stopReason));
        writer.Write(_epoch);
        foreach (var member in _members)
        {
            writer.Write(_running.Contains(member));
            member.Save(writer);
        }
        _validator?.Save(writer);
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        _stopReason = (StopReason)reader.ReadInt32();
        _epoch = reader.ReadInt32();
        var running = new List<Member>();
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
        if (_stopReason == StopReason.Cancelled)
            Checkpoint?.SaveInterrupted();
        if (!HasEnough)
            throw new OperationCanceledException("Training was cancelled before its first epoch ended.");
        foreach (var member in _members)
            member.Settle(_epoch - 1);
    }

    /// <summary>Whether there is a model to give.</summary>
    private bool HasEnough => _epoch > 1 || IsStarted;

    /// <summary>The epoch of those that run, on as many threads as there are; those with the same inputs are spread
    /// over the threads.</summary>
    private void RunEpoch()
    {
        var workers = Math.Min(_readers.Length, _running.Count);
        var dealt = _running.GroupBy(member => member.Inputs).SelectMany(group => group).ToArray();
        while (true)
        {
            TorchParallel.For(workers, workers, worker =>
                RunEpoch(dealt.Where((_, index) => index % workers == worker).ToArray(), _readers[worker]));
            if (_stopReason != StopReason.Finished || _running.All(member => member.Position == _batches.Count))
                return;
            Checkpoint!.Save();
        }
    }

    private void RunEpoch(Member[] members, Dictionary<InputEncoding, BatchReader> readers)
    {
        using var guard = no_grad();
        foreach (var member in members.Where(member => member.Position == 0))
            member.StartEpoch();
        var groups = members.GroupBy(member => member.Inputs, (inputs, group) => (Reader(inputs), group.ToArray()))
            .ToArray();
        var first = members.Min(member => member.Position);
        for (var i = first; i < _batches.Count; i++)
        {
            if (_settings.IsCancelled())
                _stopReason = StopReason.Cancelled;
            else if (HasEnough && _clock.Elapsed >= _settings.MaximumTime)
                _stopReason = StopReason.MaximumTrainingTime;
            if (_stopReason != StopReason.Finished || i > first && Checkpoint?.IsDue == true)
                return;

            var passes = _epoch - 1.0 + (double)i / _batches.Count;
            // Each minibatch is read once for the members that are given the same.
            foreach (var (reader, group) in groups)
            {
                var isRead = false;
                var stacks = _settings.UsesStacks ? Stacks(group) : null;
                foreach (var member in group)
                {
                    // Some may have come further before the run was interrupted.
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
                            member.Plan(phase);
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

    /// <summary>The stacks of members with the same inputs, by their first member's.</summary>
    private StackSet Stacks(Member[] members)
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
        var curvature = _members.Select(member => member.Curvature()).ToArray();
        return new AliceEpoch
        {
            Epoch = epoch,
            NumberOfEpochs = _epochs,
            TrainingLoss = _members.Average(member => member.Loss),
            ValidationLoss = validation?.Loss,
            ValidationMetric = validation?.Metric,
            LearningRate = _members[0].LearningRate,
            ShareAtUpperBound = curvature.Average(c => c.ShareAtUpperBound),
            MeanGlassDensity = curvature.Average(c => c.GlassDensity),
            MeanHessian = curvature.Average(c => c.Hessian),
            Seconds = _clock.Elapsed.TotalSeconds,
            GradientEvaluations = _members.Sum(member => member.GradientEvaluations),
        };
    }
}
