using System.Text;

namespace Alice.ML.Training.Ranks;

/// <summary>Networks that are spread over ranks, all of which have all rows: each rank trains its own, and all get what
/// became of them. Alone, a process has all networks.</summary>
/// <param name="peers">The ranks; null: alone.</param>
internal sealed class Spread(Peers? peers)
{
    // Ranks agree on the time and on whether to stop so often: a meeting takes microseconds, a step hundreds of them.
    private const int StepsBetweenMeetings = 64;

    /// <summary>Of a process that has all networks.</summary>
    public static Spread Alone { get; } = new(null);

    /// <summary>The ranks; null: alone.</summary>
    public Peers? Peers => peers;

    public bool IsAlone => peers is null;

    /// <summary>Whether this rank trains a network: neighbors by <see cref="INumbered.Number"/> are of different
    /// ranks.</summary>
    public bool IsOwn(INumbered network) => Owner(network) == (peers?.Rank ?? 0);

    /// <summary>How much longer networks take than if all ranks had as many: there may be fewer than ranks.</summary>
    public double Unevenness(int networks)
    {
        var size = peers?.Size ?? 1;
        return (networks + size - 1) / size * size / (double)networks;
    }

    /// <summary>The step before which ranks meet next.</summary>
    public long NextMeeting(long steps) =>
        IsAlone ? long.MaxValue : (steps / StepsBetweenMeetings + 1) * StepsBetweenMeetings;

    /// <summary>Agrees on the time and on whether to stop.</summary>
    public void Meet() => peers?.Meet();

    public double Sum(double value) => peers?.Sum(value) ?? value;

    /// <summary>A figure of each network.</summary>
    /// <param name="networks">The networks, in the same order on all ranks.</param>
    /// <param name="own">Gives it for one that this rank trains.</param>
    public T[] Share<T>(IReadOnlyList<INumbered> networks, Func<int, T> own) where T : unmanaged
    {
        T[] values = [.. networks.Select((network, index) => IsOwn(network) ? own(index) : default)];
        if (peers is null)
            return values;
        var each = peers.GatherEach<T>(values);
        return [.. networks.Select((network, index) => each[Owner(network)][index])];
    }

    /// <summary>Gives all ranks what each knows of its own networks.</summary>
    /// <param name="networks">The networks, in the same order on all ranks.</param>
    /// <param name="write">Writes what is known of one of these.</param>
    /// <param name="read">Takes that over.</param>
    public void Share(IReadOnlyList<INumbered> networks, Action<BinaryWriter, int> write, Action<BinaryReader, int> read)
    {
        if (peers is null)
            return;
        using var own = new MemoryStream();
        using (var writer = new BinaryWriter(own, Encoding.UTF8, leaveOpen: true))
            foreach (var index in Of(peers.Rank))
                write(writer, index);
        foreach (var (rank, bytes) in peers.GatherEach<byte>(own.GetBuffer().AsSpan(0, (int)own.Length)).Index())
        {
            if (rank == peers.Rank)
                continue;
            using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
            foreach (var index in Of(rank))
                read(reader, index);
        }

        IEnumerable<int> Of(int rank) =>
            Enumerable.Range(0, networks.Count).Where(index => Owner(networks[index]) == rank);
    }

    private int Owner(INumbered network) => network.Number % (peers?.Size ?? 1);
}

/// <summary>What is dealt to ranks.</summary>
internal interface INumbered
{
    /// <summary>Decides which of several ranks trains it.</summary>
    int Number { get; }
}
