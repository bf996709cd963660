using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Alice.ML.Training.Ranks;

/// <summary>The ranks of a run. Null: the run has one process. What all ranks must agree on (the time, whether to stop)
/// comes from here, as of their last exchange.</summary>
internal sealed class Peers(Communicator communicator, bool haveAllRows)
{
    /// <summary>Number of floats at the end of the values of <see cref="SumStep"/>. The first belongs to the caller,
    /// the others to this class.</summary>
    public const int Tail = 4;

    private RunClock? _clock;
    private Func<bool>? _isCancelled;

    public int Rank => communicator.Rank;

    public int Size => communicator.Size;

    public bool IsFirst => Rank == 0;

    /// <summary>The ranks with other rows. Null: every rank has all rows.</summary>
    public Peers? OfRows => haveAllRows ? null : this;

    /// <summary>The ranks that train other networks. Null: every rank trains all networks.</summary>
    public Peers? OfNetworks => haveAllRows ? this : null;

    /// <summary>Whether any rank was asked to stop.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>The peers that the options define. Null: there are none.</summary>
    /// <param name="communicator">Connects the ranks.</param>
    /// <param name="haveAllRows">Whether every rank has all rows.</param>
    public static Peers? Of(Communicator? communicator, bool haveAllRows) =>
        communicator is null or { Size: 1 } ? null : new Peers(communicator, haveAllRows);

    /// <summary>Makes rank 0's clock the clock of all ranks, and a request to stop any rank one for all.</summary>
    public void Attach(RunClock clock, Func<bool> isCancelled)
    {
        (_clock, _isCancelled) = (clock, isCancelled);
        Meet();
    }

    /// <summary>Exchanges the time and whether to stop.</summary>
    public void Meet()
    {
        Span<float> tail = stackalloc float[Tail];
        SumStep(tail);
    }

    /// <summary>Sums the values of a step over the ranks, and exchanges the time and whether to stop.</summary>
    /// <param name="values">The values. The last <see cref="Tail"/> of them are the tail.</param>
    public void SumStep(Span<float> values)
    {
        var tail = values[^Tail..];
        tail[1] = _isCancelled?.Invoke() == true ? 1 : 0;
        tail[2] = tail[3] = 0;
        // Two floats together are nearly as exact as a double. Other ranks add zeros.
        if (IsFirst && _clock is not null)
            tail[3] = (float)(_clock.Now.TotalSeconds - (tail[2] = (float)_clock.Now.TotalSeconds));
        communicator.Sum(values);
        IsCancelled |= tail[1] > 0;
        if (_clock is not null)
            _clock.Agreed = TimeSpan.FromSeconds((double)tail[2] + tail[3]);
    }

    public void Sum(Span<double> values) => communicator.Sum(values);

    public double Sum(double value)
    {
        Span<double> values = [value];
        communicator.Sum(values);
        return values[0];
    }

    /// <exception cref="InvalidOperationException">There are more rows than an array can index.</exception>
    public int SumRows(int rows) => Sum((double)rows) is var all && all <= Array.MaxLength
        ? (int)all
        : throw new InvalidOperationException(
            $"The ranks have {all:N0} rows in all; at most {Array.MaxLength:N0} are possible.");

    /// <summary>Gathers the values of all ranks, one rank after the other.</summary>
    public T[] Gather<T>(ReadOnlySpan<T> own) where T : unmanaged =>
        [.. GatherEach(own).SelectMany(part => part)];

    /// <summary>Gathers the values of each rank.</summary>
    public T[][] GatherEach<T>(ReadOnlySpan<T> own) where T : unmanaged => Array.ConvertAll(
        communicator.Gather(MemoryMarshal.AsBytes(own)), part => MemoryMarshal.Cast<byte, T>(part).ToArray());

    /// <summary>Sends the value of rank 0 to all ranks.</summary>
    public byte[] Broadcast(byte[]? own)
    {
        Span<int> length = [own?.Length ?? 0];
        communicator.Broadcast(MemoryMarshal.AsBytes(length));
        var values = IsFirst ? own! : new byte[length[0]];
        communicator.Broadcast(values);
        return values;
    }

    /// <summary>Sends the value of rank 0 to all ranks.</summary>
    public int Broadcast(int own)
    {
        Span<int> value = [own];
        communicator.Broadcast(MemoryMarshal.AsBytes(value));
        return value[0];
    }

    /// <summary>Runs code that may fail on some ranks. If it does, it fails on all ranks.</summary>
    /// <exception cref="InvalidOperationException">The code failed. The message names the ranks.</exception>
    public static T Agree<T>(Peers? peers, Func<T> body)
    {
        if (peers is null)
            return body();
        var (result, problem, own) = (default(T), "", default(Exception));
        try
        {
            result = body();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            (problem, own) = (e.Message, e);
        }
        var problems = Array.ConvertAll(
            peers.GatherEach<byte>(Encoding.UTF8.GetBytes(problem)), Encoding.UTF8.GetString);
        return problems.All(text => text == "")
            ? result!
            : throw new InvalidOperationException(string.Join(" ", problems.Index()
                .Where(problem => problem.Item != "")
                .Select(problem => $"Rank {problem.Index} of {peers.Size}: {problem.Item}")), own);
    }

    /// <summary>Checks that a text is the same on all ranks.</summary>
    public void RequireSame(string what, string own) => RequireSame(what, Encoding.UTF8.GetBytes(own));

    /// <summary>Checks that a value is the same on all ranks.</summary>
    /// <param name="what">What the value is, with the remedy, for the error message.</param>
    /// <param name="own">The value of this rank.</param>
    /// <exception cref="InvalidOperationException">The value differs. The message names the ranks that differ from rank
    /// 0.</exception>
    public void RequireSame(string what, ReadOnlySpan<byte> own)
    {
        var hashes = GatherEach<byte>(SHA256.HashData(own));
        int[] others = [.. Enumerable.Range(1, Size - 1).Where(rank => !hashes[rank].SequenceEqual(hashes[0]))];
        if (others.Length > 0)
            throw new InvalidOperationException(
                $"Rank{(others.Length > 1 ? "s" : "")} {string.Join(", ", others)} of {Size} and rank 0 differ in "
                + $"{what}.");
    }

    /// <inheritdoc cref="Communicator.Fail"/>
    public void Fail(string reason) => communicator.Fail(reason);
}
