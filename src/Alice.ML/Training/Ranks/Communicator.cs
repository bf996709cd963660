namespace Alice.ML.Training;

/// <summary>Joins processes, the ranks, that train one model together: each has its own part of the rows. Alice.ML.Mpi
/// has one for MPI. Every rank makes the same calls in the same order, one at a time; each call waits for the others.
/// </summary>
public abstract class Communicator : IDisposable
{
    /// <summary>Number of this rank, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>How many ranks there are.</summary>
    public abstract int Size { get; }

    /// <summary>Replaces each number by its sum over the ranks, the same bits on all of them.</summary>
    /// <param name="values">As many on every rank.</param>
    public abstract void Sum(Span<float> values);

    /// <inheritdoc cref="Sum(Span{float})"/>
    public abstract void Sum(Span<double> values);

    /// <summary>Gives every rank what each one has.</summary>
    /// <param name="own">Of this rank; others may have more or fewer.</param>
    /// <returns>The bytes of rank 0, 1, …</returns>
    public abstract byte[][] Gather(ReadOnlySpan<byte> own);

    /// <summary>Gives every rank what rank 0 has.</summary>
    /// <param name="values">As many on every rank.</param>
    public abstract void Broadcast(Span<byte> values);

    /// <summary>Says that this rank goes no further. Returns where every rank says so within five seconds; else it ends
    /// the work of all: they must not wait for this one.</summary>
    /// <param name="reason">Why, for people.</param>
    public abstract void Fail(string reason);

    /// <summary>Lets go of what joins the ranks.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what joins the ranks.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> asks for it.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
