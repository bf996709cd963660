using System.Text;

namespace Alice.ML.Training.Ranks;

/// <summary>Distributes networks over ranks that all have all rows. Each rank trains its own networks, and all ranks
/// receive their state. A single process trains all networks.</summary>
/// <param name="peers">The ranks. Null: there is one process.</param>
internal sealed class Spread(Peers? peers)
{
    // Steps between two exchanges: an exchange takes microseconds, a step hundreds of them.
    private const int StepsBetweenMeetings = 64;

    /// <summary>For a single process with all networks.</summary>
    public static Spread Alone { get; } = new(null);

    /// <summary>The ranks. Null: there is one process.</summary>
    public Peers? Peers => peers;

    public bool IsAlone => peers is null;

    /// <summary>Whether this rank trains a network. Networks with consecutive <see cref="INumbered.Number"/> go to
    /// different ranks.</summary>
    public bool IsOwn(INumbered network) => Owner(network) == (peers?.Rank ?? 0);

    /// <summary>How much longer the networks take than with an even distribution over the ranks. There may be fewer
    /// networks than ranks.</summary>
    public double Unevenness(int networks)
    {
        var size = peers?.Size ?? 1;
        return (networks + size - 1) / size * size / (double)networks;
    }

    /// <summary>The step before which the next exchange takes place.</summary>
    public long NextMeeting(long steps) =>
        IsAlone ? long.MaxValue : (steps / StepsBetweenMeetings + 1) * StepsBetweenMeetings;

    /// <summary>Exchanges the time and whether to stop.</summary>
    public void Meet() => peers?.Meet();

    public double Sum(double value) => peers?.Sum(value) ?? value;

    /// <summary>Shares a value of each network among all ranks.</summary>
    /// <param name="networks">The networks, in the same order on all ranks.</param>
    /// <param name="own">Returns the value of a network that this rank trains.</param>
    public T[] Share<T>(IReadOnlyList<INumbered> networks, Func<int, T> own) where T : unmanaged
    {
        T[] values = [.. networks.Select((network, index) => IsOwn(network) ? own(index) : default)];
        if (peers is null)
            return values;
        var each = peers.GatherEach<T>(values);
        return [.. networks.Select((network, index) => each[Owner(network)][index])];
    }

    /// <summary>Shares the state of each rank's own networks among all ranks.</summary>
    /// <param name="networks">The networks, in the same order on all ranks.</param>
    /// <param name="write">Writes the state of a network.</param>
    /// <param name="read">Reads the state of a network.</param>
    public void Share(
        IReadOnlyList<INumbered> networks, Action<BinaryWriter, int> write, Action<BinaryReader, int> read)
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

/// <summary>A network that is assigned to a rank.</summary>
internal interface INumbered
{
    /// <summary>Decides which rank trains the network.</summary>
    int Number { get; }
}
