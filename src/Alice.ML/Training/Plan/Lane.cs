using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Members;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>Networks that train on the same minibatches with the same inputs, on one thread. Each minibatch is read
/// once for all of them. The result depends only on the rows, the key and the networks of the lane.</summary>
internal sealed class Lane : IDisposable
{
    private readonly BatchSource _batches;
    private readonly BatchReader _reader;
    private readonly ulong _key;

    private readonly bool _usesStacks;
    private StackSet? _stacks;

    // The epoch whose order the rows are in.
    private long _ordered = -1;

    /// <param name="rows">Rows to learn from; not owned.</param>
    /// <param name="inputs">Encoding of the inputs of the networks.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="key">Decides the order of the rows in every epoch.</param>
    public Lane(RowSet rows, InputEncoding inputs, TrainingSettings settings, ulong key)
    {
        (Inputs, _key, _usesStacks) = (inputs, key, settings.UsesStacks);
        _batches = BatchSource.Create(rows, settings.BatchSize, settings);
        _reader = _batches.Open(inputs, settings.GradientAccumulation);
    }

    public InputEncoding Inputs { get; }

    /// <summary>The networks that train. A network that is removed stops training.</summary>
    public List<NetworkInTraining> Networks { get; } = [];

    /// <summary>Number of steps so far.</summary>
    public long Steps { get; set; }

    /// <summary>Takes steps with every network at the rate of the trunk. Continues where it was stopped.</summary>
    /// <param name="from">Number of steps at the beginning.</param>
    /// <param name="until">Number of steps at the end. If no networks are left, no steps are taken.</param>
    /// <param name="averagesFrom">The step from which weights enter the mean that is evaluated.</param>
    /// <param name="tick">Called before every step. Returns false to stop.</param>
    /// <param name="isDue">Called after every step. Returns true to stop.</param>
    public void Run(long from, long until, long averagesFrom, Func<bool> tick, Func<bool> isDue)
    {
        using var guard = no_grad();
        if (Steps == from)
            foreach (var network in Networks)
            {
                network.ForgetAverage();
                network.StartEpoch();
            }
        if (_usesStacks)
            Stack();
        var first = Steps;
        for (; Steps < until && Networks.Count > 0 && (Steps == first || !isDue()); Steps++)
        {
            if (!tick())
                return;
            var batch = (int)(Steps % _batches.Count);
            if (Steps / _batches.Count is var epoch && epoch != _ordered)
                _batches.Shuffle(AliceDirections.Key(_key, _ordered = epoch));
            _reader.Read(batch);
            Step(new StepPhase(AutoRules.AveragedRate, Steps >= averagesFrom));
            if (batch == _batches.Count - 1 || Steps == until - 1)
                EndEpoch();
        }
    }

    private void Step(StepPhase phase)
    {
        foreach (var network in Networks)
            if (_stacks is null)
                network.Step(_reader, phase);
            else
                network.PlanStep(phase);
        _stacks?.Step(_reader);
    }

    /// <summary>Stacks the remaining networks.</summary>
    private void Stack()
    {
        if (_stacks?.Has(Networks) == true)
            return;
        var before = _stacks;
        _stacks = new StackSet(Networks);
        before?.Dispose();
    }

    /// <summary>Removes networks that have diverged too often.</summary>
    private void EndEpoch()
    {
        for (var i = Networks.Count - 1; i >= 0; i--)
            try
            {
                Networks[i].EndEpoch();
                Networks[i].StartEpoch();
            }
            catch (InvalidOperationException) when (Networks[i].GaveUp)
            {
                Networks.RemoveAt(i);
            }
    }

    public void Dispose()
    {
        _stacks?.Dispose();
        _reader.Dispose();
        _batches.Dispose();
    }
}
