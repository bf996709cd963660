using Alice.ML.Optimization.Update;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Rules;
using Alice.ML.Training.Stack;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>Networks that learn from the same minibatches of the same inputs, on one thread: each minibatch is read
/// once for all of them. What a lane does depends on nothing but its rows, its key and its networks.
/// </summary>
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
    /// <param name="inputs">What the networks are given.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="key">Decides the order of the rows in every epoch.</param>
    public Lane(RowSet rows, InputEncoding inputs, TrainingSettings settings, ulong key)
    {
        (Inputs, _key, _usesStacks) = (inputs, key, settings.UsesStacks);
        _batches = BatchSource.Create(rows, settings.BatchSize, settings);
        _reader = _batches.Open(inputs, settings.GradientAccumulation);
    }

    public InputEncoding Inputs { get; }

    /// <summary>The networks that learn; those that are taken out learn no more.</summary>
    public List<Member> Members { get; } = [];

    /// <summary>Steps so far.</summary>
    public long Steps { get; set; }

    /// <summary>Takes steps with every network at the rate of the trunk. Where it was stopped, it goes on.</summary>
    /// <param name="from">Steps at the beginning.</param>
    /// <param name="until">Steps at the end. Where nobody is left, none is taken.</param>
    /// <param name="averagesFrom">The step from which weights belong to the mean that networks are judged by.</param>
    /// <param name="tick">Called before every step; false: stop.</param>
    /// <param name="isDue">Asked after every step; true: stop.</param>
    public void Run(long from, long until, long averagesFrom, Func<bool> tick, Func<bool> isDue)
    {
        using var guard = no_grad();
        if (Steps == from)
            foreach (var member in Members)
            {
                member.ForgetAverage();
                member.StartEpoch();
            }
        if (_usesStacks)
            Stack();
        var first = Steps;
        for (; Steps < until && Members.Count > 0 && (Steps == first || !isDue()); Steps++)
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
        foreach (var member in Members)
            if (_stacks is null)
                member.Step(_reader, phase);
            else
                member.PlanStep(phase);
        _stacks?.Step(_reader);
    }

    /// <summary>Makes stacks of the networks that are left.</summary>
    private void Stack()
    {
        if (_stacks?.Has(Members) == true)
            return;
        var before = _stacks;
        _stacks = new StackSet(Members);
        before?.Dispose();
    }

    /// <summary>Those that diverge too often leave.</summary>
    private void EndEpoch()
    {
        for (var i = Members.Count - 1; i >= 0; i--)
            try
            {
                Members[i].EndEpoch();
                Members[i].StartEpoch();
            }
            catch (InvalidOperationException) when (Members[i].GaveUp)
            {
                Members.RemoveAt(i);
            }
    }

    public void Dispose()
    {
        _stacks?.Dispose();
        _reader.Dispose();
        _batches.Dispose();
    }
}
