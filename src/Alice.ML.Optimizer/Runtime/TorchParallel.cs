using System.Runtime.ExceptionServices;

namespace Alice.ML.Optimization.Runtime;

/// <summary>Runs work on several threads, with one libtorch thread each.</summary>
internal static class TorchParallel
{
    /// <summary>Calls <paramref name="body"/> with 0 to <paramref name="count"/> − 1. Exceptions are rethrown
    /// unchanged.</summary>
    /// <param name="count">Number of calls.</param>
    /// <param name="workers">Maximum number of threads. If it is 1, all calls run on this thread, and libtorch's thread
    /// count does not change.</param>
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
