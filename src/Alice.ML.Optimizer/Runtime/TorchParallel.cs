using System.Runtime.ExceptionServices;

namespace Alice.ML.Optimization.Runtime;

/// <summary>Runs work side by side on several threads, each of which lets libtorch use one.</summary>
internal static class TorchParallel
{
    /// <summary>Calls <paramref name="body"/> with 0 to <paramref name="count"/> − 1; an exception of one comes out as
    /// it is.</summary>
    /// <param name="count">Calls.</param>
    /// <param name="workers">Threads at most; with one, the calls come one after the other on this thread, libtorch's
    /// threads as they are.</param>
    /// <param name="body">The work.</param>
    public static void For(int count, int workers, Action<int> body)
    {
        if (workers == 1)
        {
            for (var i = 0; i < count; i++)
                body(i);
            return;
        }
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = workers }, i =>
            {
                using var limit = new TorchThreads(1);
                body(i);
            });
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
    }
}
