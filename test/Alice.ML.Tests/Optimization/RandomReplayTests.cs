using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <remarks>Not beside other tests: they draw from the default generator.</remarks>
[TestClass]
[DoNotParallelize]
public class RandomReplayTests
{
    [TestMethod]
    public void Repeats_the_draws_of_the_default_generator_and_ends_behind_one_set_of_them()
    {
        using var scope = NewDisposeScope();
        double[] first, second;
        using (var replay = new RandomReplay(cudaSeed: null))
        {
            Assert.IsFalse(replay.HasDrawn);
            first = Draw();
            Assert.IsTrue(replay.HasDrawn);
            replay.Rewind();
            Assert.IsFalse(replay.HasDrawn);
            second = Draw();
        }
        CollectionAssert.AreEqual(first, second);
        CollectionAssert.AreNotEqual(first, Draw());
    }

    [TestMethod]
    [DataRow(false, null, false, false, false)]
    [DataRow(false, null, true, false, false)]
    [DataRow(false, null, false, true, false)]
    [DataRow(false, null, true, true, true)]
    [DataRow(true, null, false, false, true)]
    [DataRow(true, null, true, true, true)]
    [DataRow(false, 5L, false, false, true)]
    public void Others_wait_where_it_may_draw_or_has_set_a_generator_of_the_process(
        bool takesTurn, long? cudaSeed, bool draws, bool rewinds, bool othersWait)
    {
        var replay = new RandomReplay(cudaSeed, takesTurn);
        if (draws)
            Draw();
        if (rewinds)
            replay.Rewind();
        using var hasTurn = new ManualResetEventSlim();
        var other = new Thread(() =>
        {
            using (RandomReplay.WaitForTurn())
                hasTurn.Set();
        })
        { IsBackground = true };
        other.Start();
        // Where it waits, it would wait forever.
        Assert.AreEqual(!othersWait, hasTurn.Wait(TimeSpan.FromMilliseconds(othersWait ? 20 : 60_000)));
        replay.Dispose();
        Assert.IsTrue(hasTurn.Wait(TimeSpan.FromMinutes(1)), "its turn ends with it");
        other.Join();
        replay.Dispose();
    }

    [TestMethod]
    public void A_closure_that_draws_has_the_turn_from_the_first_step_on()
    {
        using var problem = new TestProblem(dropout: 0.5);
        using var optimizer = new AliceOptimizer(problem.Parameters, new() { StartingSteps = 1, QuickSteps = 3 });
        // A sample step and a quick step.
        for (var n = 1; n <= 2; n++)
        {
            using var hasTurn = new ManualResetEventSlim();
            var other = new Thread(() =>
            {
                using (RandomReplay.WaitForTurn())
                    hasTurn.Set();
            })
            { IsBackground = true };
            var others = false;
            optimizer.step(() =>
            {
                if (other.ThreadState.HasFlag(ThreadState.Unstarted))
                    other.Start();
                others |= hasTurn.Wait(TimeSpan.FromMilliseconds(10));
                return problem.Evaluate();
            }).Dispose();
            other.Join();
            Assert.IsFalse(others, $"step {n}");
        }
    }

    private static double[] Draw()
    {
        using var drawn = rand(5);
        return TraceObjective.Values(drawn);
    }
}
