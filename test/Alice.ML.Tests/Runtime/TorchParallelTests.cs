using Alice.ML.Optimization.Runtime;
using TorchSharp;

namespace Alice.ML.Tests.Runtime;

/// <remarks>Not beside other tests: these set the number of libtorch's threads.</remarks>
[TestClass]
[DoNotParallelize]
public class TorchParallelTests
{
    [TestMethod]
    public void One_worker_makes_all_calls_in_order_on_this_thread_with_its_thread_count()
    {
        using var threads = new TorchThreads(3);
        var (calls, here) = (new List<int>(), Environment.CurrentManagedThreadId);
        TorchParallel.For(5, 1, i =>
        {
            Assert.AreEqual((here, 3), (Environment.CurrentManagedThreadId, torch.get_num_threads()));
            calls.Add(i);
        });
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3, 4 }, calls);
    }

    [TestMethod]
    public void Several_workers_make_each_call_once_with_one_thread_of_libtorch_each()
    {
        using var threads = new TorchThreads(3);
        var (calls, running, most) = (new int[20], 0, 0);
        TorchParallel.For(calls.Length, 2, i =>
        {
            Assert.AreEqual(1, torch.get_num_threads());
            var now = Interlocked.Increment(ref running);
            lock (calls)
                most = Math.Max(most, now);
            Interlocked.Increment(ref calls[i]);
            Thread.Sleep(5);
            Interlocked.Decrement(ref running);
        });
        Assert.IsTrue(calls.All(count => count == 1), string.Join(" ", calls));
        Assert.IsLessThanOrEqualTo(2, most);
        Assert.AreEqual(3, torch.get_num_threads());
        TorchParallel.For(0, 2, _ => Assert.Fail("there is nothing to do"));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void An_exception_arrives_as_it_was_thrown(int workers)
    {
        var thrown = new TimeoutException();
        Assert.AreSame(thrown, Assert.ThrowsExactly<TimeoutException>(
            () => TorchParallel.For(4, workers, i => throw thrown)));
    }

    [TestMethod]
    public void The_thread_count_is_set_for_as_long_as_wanted_and_then_as_before()
    {
        var before = torch.get_num_threads();
        using (new TorchThreads(before + 1))
        {
            Assert.AreEqual(before + 1, torch.get_num_threads());
            using (new TorchThreads(null))
                Assert.AreEqual(before + 1, torch.get_num_threads());
            using (new TorchThreads(before + 2))
                Assert.AreEqual(before + 2, torch.get_num_threads());
            Assert.AreEqual(before + 1, torch.get_num_threads());
        }
        Assert.AreEqual(before, torch.get_num_threads());
    }
}
