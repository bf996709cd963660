using System.Runtime.InteropServices;
using Alice.ML.Training;

namespace Alice.ML.Tests.Ranks;

/// <summary>Ranks that are threads of this process.</summary>
internal sealed class ThreadRanks : IDisposable
{
    private readonly byte[][] _given;
    private readonly Barrier _barrier;
    private readonly CancellationTokenSource _broken = new();
    private string _reason = "";
    private int _failed;

    private ThreadRanks(int size) => (_given, _barrier) = (new byte[size][], new Barrier(size));

    /// <summary>Runs each rank on a thread.</summary>
    /// <returns>What each gives, or its exception.</returns>
    public static (T? Result, Exception? Error)[] Try<T>(int size, Func<Communicator, T> body)
    {
        using var ranks = new ThreadRanks(size);
        var results = new (T?, Exception?)[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            using var communicator = new Member(ranks, rank);
            try
            {
                results[rank] = (body(communicator), null);
            }
            catch (Exception e)
            {
                results[rank] = (default, e);
            }
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return results;
    }

    /// <summary>Runs each rank on a thread; none may fail.</summary>
    public static T[] Run<T>(int size, Func<Communicator, T> body) => [.. Try(size, body).Select(
        result => result.Error is null ? result.Result! : throw new AssertFailedException($"{result.Error}"))];

    public void Dispose()
    {
        _barrier.Dispose();
        _broken.Dispose();
    }

    private sealed class Member(ThreadRanks ranks, int rank) : Communicator
    {
        public override int Rank => rank;

        public override int Size => ranks._given.Length;

        public override void Sum(Span<float> values)
        {
            var all = Gather(MemoryMarshal.AsBytes(values));
            values.Clear();
            foreach (var part in all)
                for (var i = 0; i < values.Length; i++)
                    values[i] += MemoryMarshal.Cast<byte, float>(part)[i];
        }

        public override void Sum(Span<double> values)
        {
            var all = Gather(MemoryMarshal.AsBytes(values));
            values.Clear();
            foreach (var part in all)
                for (var i = 0; i < values.Length; i++)
                    values[i] += MemoryMarshal.Cast<byte, double>(part)[i];
        }

        public override byte[][] Gather(ReadOnlySpan<byte> own)
        {
            ranks._given[rank] = own.ToArray();
            Wait();
            byte[][] all = [.. ranks._given];
            Wait();
            return all;
        }

        public override void Broadcast(Span<byte> values) => Gather(values)[0].CopyTo(values);

        public override void Fail(string reason)
        {
            Interlocked.Increment(ref ranks._failed);
            if (SpinWait.SpinUntil(() => ranks._failed == Size, TimeSpan.FromSeconds(1)))
                return;
            ranks._reason = $"rank {rank} cannot go on: {reason}";
            ranks._broken.Cancel();
        }

        private void Wait()
        {
            try
            {
                ranks._barrier.SignalAndWait(ranks._broken.Token);
            }
            catch (OperationCanceledException)
            {
                throw new InvalidOperationException(ranks._reason);
            }
        }
    }
}
