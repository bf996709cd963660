using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Networks that learn from the same minibatches of the same inputs, on one thread: each minibatch is read once for all of them. What a lane
/// does depends on nothing but its rows, its key and its networks.
/// </summary>
internal sealed class Lane : IDisposable
{
    private readonly BatchSource _batches;
    private readonly BatchReader _reader;
    private readonly ulong _key;

    /// <param name="rows">Rows to learn from; not owned.</param>
    /// <param name="inputs">What the networks are given.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="key">Decides the order of the rows in every epoch.</param>
    public Lane(RowSet rows, InputEncoding inputs, TrainingSettings settings, ulong key)
    {
        (Inputs, _key) = (inputs, key);
        _batches = BatchSource.Create(rows, settings.BatchSize, settings);
        _reader = _batches.Open(inputs, settings.GradientAccumulation);
    }

    public InputEncoding Inputs { get; }

    /// <summary>The networks that learn; those that are taken out learn no more.</summary>
    public List<Member> Members { get; } = [];

    /// <summary>Steps so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Takes steps with every network at the rate of the trunk.</summary>
    /// <param name="until">Steps at the end. Where nobody is left, none is taken.</param>
    /// <param name="averagesFrom">The step from which weights belong to the mean that networks are judged by.</param>
    /// <param name="tick">Called before every step; false: stop.</param>
    public void Run(long until, long averagesFrom, Func<bool> tick)
    {
        using var guard = no_grad();
        foreach (var member in Members)
        {
            member.ForgetAverage();
            member.StartEpoch();
        }
        for (; Steps < until && Members.Count > 0; Steps++)
        {
            if (!tick())
                return;
            var batch = (int)(Steps % _batches.Count);
            if (batch == 0)
                _batches.Shuffle(AliceDirections.Key(_key, Steps / _batches.Count));
            _reader.Read(batch);
            foreach (var member in Members)
                member.Step(_reader, new StepPhase(Course.TrunkRate, Steps >= averagesFrom));
            if (batch == _batches.Count - 1 || Steps == until - 1)
                EndEpoch();
        }
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
        _reader.Dispose();
        _batches.Dispose();
    }
}
