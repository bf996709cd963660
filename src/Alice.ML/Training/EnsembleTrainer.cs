using System.Diagnostics;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Trains the members of an ensemble side by side on the same minibatches: fit → epoch → step. Losses and metrics are in the units of
/// the standardised targets.
/// </summary>
internal sealed class EnsembleTrainer : IDisposable
{
    private readonly TrainingSettings _settings;
    private readonly IReadOnlyList<Member> _members;
    private readonly BatchSource _batches;
    private readonly int _epochs;

    // Per thread, and for each kind of inputs.
    private readonly Dictionary<InputEncoding, BatchReader>[] _readers;
    private readonly Validator? _validator;
    private readonly Stopwatch _clock;
    private volatile StopReason _stopReason = StopReason.Finished;

    /// <param name="training">Rows to learn from; not owned.</param>
    /// <param name="validation">Rows to measure every epoch on; not owned.</param>
    /// <param name="members">The members; owned from now on.</param>
    /// <param name="task">What they learn.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="clock">Runs since the fit began.</param>
    public EnsembleTrainer(
        RowSet training, RowSet? validation, IReadOnlyList<Member> members, LearningTask task, TrainingSettings settings, Stopwatch clock)
    {
        _settings = settings;
        _members = members;
        _clock = clock;
        _epochs = (int)Math.Ceiling(members.Max(member => member.Course.Length));
        _batches = BatchSource.Create(training, settings.BatchSize, settings);
        _readers = [.. Enumerable.Range(0, Math.Max(1, Math.Min(settings.Workers, members.Count))).Select(_ => new Dictionary<InputEncoding, BatchReader>())];
        if (validation is not null)
            _validator = new Validator(validation, task, settings);
    }

    /// <summary>Whether the members are good for a model before the first epoch ends.</summary>
    public bool IsStarted { get; init; }

    /// <summary>The members.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>What ended the run.</summary>
    public StopReason StopReason => _stopReason;

    /// <summary>Trains to the end.</summary>
    /// <param name="report">Told of every epoch; null where nobody wants to know: what is told takes passes over all parameters.</param>
    /// <exception cref="InvalidOperationException">The loss grew beyond reason, again and again.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the first epoch ended.</exception>
    public void Run(Action<AliceEpoch>? report = null)
    {
        using var guard = no_grad();
        for (var epoch = 1; epoch <= _epochs; epoch++)
        {
            _batches.Shuffle(AliceDirections.Key(_members[0].Key, -epoch));
            var running = _members;
            do
            {
                RunEpoch(epoch, running);
                if (_stopReason != StopReason.Finished)
                {
                    foreach (var member in _members)
                        member.Settle(epoch - 1);
                    return;
                }
                running = [.. running.Where(member => !member.EndEpoch())];
            }
            while (running.Count > 0);

            var validation = _validator?.Evaluate(_members);
            report?.Invoke(Describe(epoch, validation));
            if (_validator?.ShouldStop == true)
            {
                _stopReason = StopReason.EarlyStopping;
                return;
            }
        }
    }

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
        foreach (var reader in _readers.SelectMany(readers => readers.Values))
            reader.Dispose();
        _validator?.Dispose();
        _batches.Dispose();
    }

    /// <summary>One epoch of some members, on as many threads as there are; those with the same inputs are spread over the threads.</summary>
    private void RunEpoch(int epoch, IReadOnlyList<Member> members)
    {
        var workers = Math.Min(_readers.Length, members.Count);
        var dealt = members.GroupBy(member => member.Inputs).SelectMany(group => group).ToArray();
        TorchParallel.For(workers, workers, worker =>
            RunEpoch(epoch, dealt.Where((_, index) => index % workers == worker).ToArray(), _readers[worker]));
    }

    private void RunEpoch(int epoch, Member[] members, Dictionary<InputEncoding, BatchReader> readers)
    {
        using var guard = no_grad();
        foreach (var member in members)
            member.StartEpoch();
        var groups = members.GroupBy(member => member.Inputs, (inputs, group) => (Reader(inputs), group.ToArray())).ToArray();
        for (var i = 0; i < _batches.Count; i++)
        {
            if (_settings.IsCancelled())
                _stopReason = epoch > 1 || IsStarted
                    ? StopReason.Cancelled
                    : throw new OperationCanceledException("Training was cancelled before its first epoch ended.");
            else if ((epoch > 1 || IsStarted) && _clock.Elapsed >= _settings.MaximumTime)
                _stopReason = StopReason.MaximumTrainingTime;
            if (_stopReason != StopReason.Finished)
                return;

            var passes = epoch - 1.0 + (double)i / _batches.Count;
            // Each minibatch is read once for the members that are given the same.
            foreach (var (reader, group) in groups)
            {
                var isRead = false;
                foreach (var member in group)
                    if (member.Course.At(passes) is { } phase)
                    {
                        if (!isRead)
                            reader.Read(i);
                        isRead = true;
                        member.Step(reader, phase);
                    }
            }
        }

        BatchReader Reader(InputEncoding inputs)
        {
            if (!readers.TryGetValue(inputs, out var reader))
                readers[inputs] = reader = _batches.Open(inputs, _settings.GradientAccumulation);
            return reader;
        }
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
