using System.Diagnostics;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Stack;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Stack;

/// <summary>Steps of a problem's networks, for their losses or their time.</summary>
internal static class StackRun
{
    private const double Seconds = 3;
    private const int Warm = 50;

    /// <summary>Takes steps with random numbers as on a device, and gives the sums of losses.</summary>
    public static double[] Take(StackProblem problem, int networks, int steps, out int[] operations)
    {
        var counts = new List<int>();
        double[] losses = [];
        Run(problem, networks, (step, learners) =>
        {
            for (var number = 1; number <= steps; number++)
                if (number <= steps - 16)
                    step(number, false);
                else
                    counts.Add(step(number, true));
            losses = [.. learners.Select(learner => learner.Losses().Sum)];
        });
        operations = [.. counts];
        return losses;
    }

    /// <summary>Steps a second of a stack.</summary>
    public static double Steps(StackProblem problem, int networks)
    {
        var rate = 0.0;
        Run(problem, networks, (step, learners) =>
        {
            var number = 0;
            while (number < Warm)
                step(++number, false);
            learners[0].Losses();
            var watch = Stopwatch.StartNew();
            while (watch.Elapsed.TotalSeconds < Seconds)
            {
                for (var i = 0; i < Warm; i++)
                    step(++number, false);
                learners[0].Losses(); // waits
            }
            rate = (number - Warm) / watch.Elapsed.TotalSeconds;
        });
        return rate;
    }

    /// <summary>Steps a second of the same networks by vector kernels, on as many threads as there are.</summary>
    public static double KernelSteps(StackProblem problem, int networks)
    {
        var steps = new long[networks];
        var watch = Stopwatch.StartNew();
        var threads = Math.Min(networks, Environment.ProcessorCount);
        Parallel.For(0, threads, thread =>
        {
            using var guard = no_grad();
            var mine = Enumerable.Range(0, networks).Where(n => n % threads == thread)
                .Select(problem.KernelLearner).ToArray();
            var (source, reader) = problem.Open(usesKernels: true);
            using (source)
            using (reader)
                for (var number = 1; watch.Elapsed.TotalSeconds < Seconds; number++)
                {
                    reader.Read(number % source.Count);
                    foreach (var learner in mine)
                    {
                        var (step, kept, key) = problem.Step(0, number);
                        learner.Step(reader, step, kept, key);
                    }
                    steps[thread]++;
                }
            foreach (var learner in mine)
                learner.Dispose();
        });
        return steps.Take(threads).Min() / watch.Elapsed.TotalSeconds;
    }

    private static void Run(StackProblem problem, int networks, Action<Func<int, bool, int>, StackLearner[]> run)
    {
        using var guard = no_grad();
        StackLearner[] learners = [.. Enumerable.Range(0, networks).Select(n => problem.StackLearner(n))];
        var (source, reader) = problem.Open(usesKernels: false);
        using (source)
        using (reader)
        using (var stack = new NetworkStack(learners, drawsOnDevice: true))
        {
            run((number, counts) =>
            {
                reader.Read(number % source.Count);
                for (var n = 0; n < networks; n++)
                {
                    var (step, kept, key) = problem.Step(n, number);
                    learners[n].Plan(step, kept, key, averages: false);
                }
                var parts = ((TensorReader)reader).StackParts;
                if (counts)
                    return TorchOperations.Of(() => stack.Step(parts)).Operations.Count;
                stack.Step(parts);
                return 0;
            }, learners);
            foreach (var learner in learners)
                learner.Dispose();
        }
    }
}
