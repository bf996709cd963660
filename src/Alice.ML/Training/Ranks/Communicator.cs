namespace Alice.ML.Training;

/// <summary>Connects the processes (ranks) that train one model together. The package Alice.ML.Mpi has an
/// implementation for MPI. Every rank makes the same calls in the same order, one at a time. Sum, Gather and Broadcast
/// return when all ranks have made the call.</summary>
public abstract class Communicator : IDisposable
{
    /// <summary>Index of this rank, from 0 to <see cref="Size"/> − 1.</summary>
    public abstract int Rank { get; }

    /// <summary>Number of ranks, 1 or more.</summary>
    public abstract int Size { get; }

    /// <summary>Replaces each value with its sum over all ranks. Every rank must get the same result, bit for
    /// bit.</summary>
    /// <param name="values">The values to sum, in place. Their number must be the same on every rank.</param>
    public abstract void Sum(Span<float> values);

    /// <inheritdoc cref="Sum(Span{float})"/>
    public abstract void Sum(Span<double> values);

    /// <summary>Sends the bytes of each rank to all ranks.</summary>
    /// <param name="own">The bytes of this rank. Their number may differ between ranks.</param>
    /// <returns>The bytes of each rank, in the order of the ranks.</returns>
    public abstract byte[][] Gather(ReadOnlySpan<byte> own);

    /// <summary>Copies the bytes of rank 0 to all ranks.</summary>
    /// <param name="values">On rank 0 the bytes to send; on the other ranks the memory that receives them. Their number
    /// must be the same on every rank.</param>
    public abstract void Broadcast(Span<byte> values);

    /// <summary>Reports that this rank cannot continue. If every rank reports a failure within five seconds, the call
    /// returns. Otherwise it ends the work of all ranks, because they would wait for this one.</summary>
    /// <param name="reason">Message for the user that says why.</param>
    public abstract void Fail(string reason);

    /// <summary>Releases the connection between the ranks.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the connection between the ranks.</summary>
    /// <param name="disposing">Whether the call comes from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
