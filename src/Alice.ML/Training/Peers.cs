using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Alice.ML.Training.Checkpoints;

namespace Alice.ML.Training;

/// <summary>The ranks of a run, as its parts see them; null: the run is alone. What ranks must decide as one (the time,
/// whether somebody asked to stop) comes from here, as it was when they met last.
/// </summary>
internal sealed class Peers(Communicator communicator, bool haveAllRows)
{
    /// <summary>Floats at the end of what <see cref="SumStep"/> is given: the first is the caller's, the others its
    /// own.
    /// </summary>
    public const int Tail = 4;

    private RunClock? _clock;
    private Func<bool>? _isCancelled;

    public int Rank => communicator.Rank;

    public int Size => communicator.Size;

    public bool IsFirst => Rank == 0;

    /// <summary>Those who have further rows; null: every rank has all.</summary>
    public Peers? OfRows => haveAllRows ? null : this;

    /// <summary>Those who train further networks; null: every rank trains all.</summary>
    public Peers? OfNetworks => haveAllRows ? this : null;

    /// <summary>Whether somebody had asked any rank to stop.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Peers of options; null where there are none.</summary>
    /// <param name="communicator">Joins them.</param>
    /// <param name="haveAllRows">Whether every rank has all rows.</param>
    public static Peers? Of(Communicator? communicator, bool haveAllRows) =>
        communicator is null or { Size: 1 } ? null : new Peers(communicator, haveAllRows);

    /// <summary>Lets rank 0's clock be that of all, and any rank's wish to stop.</summary>
    public void Attach(RunClock clock, Func<bool> isCancelled)
    {
        (_clock, _isCancelled) = (clock, isCancelled);
        Meet();
    }

    /// <summary>Agrees on the time and on whether to stop.</summary>
    public void Meet()
    {
        Span<float> tail = stackalloc float[Tail];
        SumStep(tail);
    }

    /// <summary>Sums what a step needs, and agrees on the time and on whether to stop.</summary>
    /// <param name="values">Its last <see cref="Tail"/> numbers are the tail.</param>
    public void SumStep(Span<float> values)
    {
        var tail = values[^Tail..];
        tail[1] = _isCancelled?.Invoke() == true ? 1 : 0;
        tail[2] = tail[3] = 0;
        // Two floats: together as exact as a double, nearly. The others add zeros.
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

    /// <exception cref="InvalidOperationException">More rows than numbers of rows can count.</exception>
    public int SumRows(int rows) => Sum((double)rows) is var all && all <= Array.MaxLength
        ? (int)all
        : throw new InvalidOperationException(
            $"The ranks have {all:N0} rows in all; at most {Array.MaxLength:N0} are possible.");

    /// <summary>What the ranks have, one after the other.</summary>
    public T[] Gather<T>(ReadOnlySpan<T> own) where T : unmanaged =>
        [.. GatherEach(own).SelectMany(part => part)];

    /// <summary>What each rank has.</summary>
    public T[][] GatherEach<T>(ReadOnlySpan<T> own) where T : unmanaged => Array.ConvertAll(
        communicator.Gather(MemoryMarshal.AsBytes(own)), part => MemoryMarshal.Cast<byte, T>(part).ToArray());

    /// <summary>What rank 0 has.</summary>
    public byte[] Broadcast(byte[]? own)
    {
        Span<int> length = [own?.Length ?? 0];
        communicator.Broadcast(MemoryMarshal.AsBytes(length));
        var values = IsFirst ? own! : new byte[length[0]];
        communicator.Broadcast(values);
        return values;
    }

    /// <summary>What rank 0 has.</summary>
    public int Broadcast(int own)
    {
        Span<int> value = [own];
        communicator.Broadcast(MemoryMarshal.AsBytes(value));
        return value[0];
    }

    /// <summary>Does what may fail on some ranks; then it fails on all.</summary>
    /// <exception cref="InvalidOperationException">Names the ranks where it failed.</exception>
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

    /// <summary>Requires networks to be the same on all ranks.</summary>
    /// <exception cref="InvalidOperationException">Names the ranks where they differ from rank 0's.</exception>
    public void RequireSameWeights(IEnumerable<Member> members)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var member in members)
            member.AddTo(hash);
        RequireSame("their weights, which no data or option does: look for a fault of a machine or of the network "
            + "between them, and train again", hash.GetHashAndReset());
    }

    /// <summary>Requires a text to be the same on all ranks.</summary>
    public void RequireSame(string what, string own) => RequireSame(what, Encoding.UTF8.GetBytes(own));

    /// <summary>Requires something to be the same on all ranks.</summary>
    /// <param name="what">What it is, for people, with the remedy.</param>
    /// <param name="own">What this rank has.</param>
    /// <exception cref="InvalidOperationException">Names the ranks where it differs from rank 0.</exception>
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
