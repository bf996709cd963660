using System.Runtime.InteropServices;
using System.Text.Json;
using Alice.ML.Mpi;
using Alice.ML.Training;

namespace Alice.ML.Tool.Shell;

/// <summary>The processes of one mpirun.</summary>
internal static class Ranks
{
    private const string Mark = "%r";

    /// <summary>Joins the ranks. Null if there is one process.</summary>
    public static Communicator? Join() => Variable("SIZE") > 1 ? MpiCommunicator.World() : null;

    /// <summary>Replaces %r in a path by the number of the rank.</summary>
    /// <exception cref="UserException">The path has %r, but the program was not started by mpirun.</exception>
    public static string PathOf(string path) => !path.Contains(Mark) ? path
        : Variable("RANK") is { } rank ? path.Replace(Mark, $"{rank}")
        : throw new UserException(
            $"in {path}, {Mark} is the number of a rank, and there are none; start ranks with mpirun -n 4 alice …");

    /// <summary>Runs the work of a rank. If it fails, the other ranks are told, so that they do not wait.</summary>
    public static int Run(Communicator? ranks, Func<int> body)
    {
        try
        {
            return body();
        }
        catch (Exception e)
        {
            ranks?.Fail(e.Message);
            throw;
        }
    }

    /// <summary>Sends a value of rank 0 to all ranks.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="own">Creates the value on rank 0.</param>
    public static T Share<T>(Communicator ranks, Func<T> own) =>
        JsonSerializer.Deserialize<T>(ShareBytes(ranks, () => JsonSerializer.SerializeToUtf8Bytes(own())))!;

    /// <inheritdoc cref="Share"/>
    public static byte[] ShareBytes(Communicator ranks, Func<byte[]> own)
    {
        var bytes = ranks.Rank == 0 ? own() : [];
        var length = bytes.Length;
        ranks.Broadcast(MemoryMarshal.AsBytes(new Span<int>(ref length)));
        if (ranks.Rank > 0)
            bytes = new byte[length];
        ranks.Broadcast(bytes);
        return bytes;
    }

    // Set by Open MPI.
    private static int? Variable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable($"OMPI_COMM_WORLD_{name}"), out var value) ? value : null;
}
