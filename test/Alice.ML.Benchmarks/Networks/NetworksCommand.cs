using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Runtime;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>'networks': AliceOptimizer beside AdamW on networks that are not of tables.</summary>
internal static class NetworksCommand
{
    private static readonly double[] Rates = [1e-3, 3e-3, 1e-2];

    public static Command Create()
    {
        var command = new Command("networks", """
            Trains a convolutional network, an LSTM and a transformer with AdamW and with Alice at several learning
            rates, and prints the losses on held-out rows.
            """);
        var variants = new Option<string[]>("--variant")
        {
            Description =
                "Options of Alice besides the presets, repeatable: NAME:OPTION=VALUE,OPTION=VALUE, changes of General.",
            DefaultValueFactory = _ => [],
        };
        var tasks = new Option<string>(
            "--only")
        { Description = "Networks, separated by commas. Default: all.", DefaultValueFactory = _ => "" };
        var presets = new Option<bool>("--no-presets") { Description = "Leaves AdamW and the presets out." };
        var rates = new Option<string>(
            "--rates")
        { Description = "Learning rates, separated by commas. Default: 0.001, 0.003 and 0.01." };
        var seeds = new Option<int>(
            "--seeds")
        { Description = "Seeds of each run. Default: 2.", DefaultValueFactory = _ => 2 };
        var evaluations = new Option<int>(
            "--evaluations")
        {
            Description = "Gradient evaluations of a run. Default: 600.",
            DefaultValueFactory = _ =>
                600
        };
        var parallel = new Option<int>("--parallel")
        {
            Description = "Runs at once, each on one thread. Default: 2.",
            DefaultValueFactory = _ => 2
        };
        foreach (var option in new Option[] { variants, tasks, presets, rates, seeds, evaluations, parallel })
            command.Options.Add(option);
        command.SetAction(parsed => TableOptions.Guarded(() =>
        {
            var only = parsed.GetValue(tasks)!.Split(',', StringSplitOptions.RemoveEmptyEntries);
            List<NetworkContender> contenders = parsed.GetValue(presets) ? [] :
            [
                NetworkContender.AdamW,
                new("Alice, General", AliceOptimizerOptions.General),
                new("Alice, Published", AliceOptimizerOptions.Published),
            ];
            contenders.AddRange(parsed.GetValue(variants)!.Select(Parse));
            var chosen = NetworkTask.All.Where(task => only.Length == 0 || only.Contains(task.Name)).ToList();
            var tried = parsed.GetValue(rates)?.Split(',')
                .Select(rate => double.Parse(rate, CultureInfo.InvariantCulture)).ToArray() ?? Rates;
            Console.Write(Table(chosen, contenders, tried,
                Run(chosen, contenders, tried, parsed.GetValue(seeds), parsed.GetValue(evaluations),
                    parsed.GetValue(parallel))));
        }));
        return command;
    }

    private static NetworkContender Parse(string text)
    {
        var parts = text.Split(':', 2);
        var options = AliceOptimizerOptions.General;
        foreach (var setting in parts.Length == 1 ? [] : parts[1].Split(','))
            options = Variant.Changed(options, setting);
        return new NetworkContender(parts[0], options);
    }

    private static ConcurrentDictionary<(NetworkTask, NetworkContender, double), Estimate> Run(
        IReadOnlyList<NetworkTask> tasks, IReadOnlyList<NetworkContender> contenders, double[] rates, int seeds,
        int evaluations, int parallel)
    {
        var results = new ConcurrentDictionary<(NetworkTask, NetworkContender, double), Estimate>();
        var jobs = (from task in tasks from contender in contenders from rate in rates select (task, contender, rate))
            .ToList();
        Parallel.ForEach(
            Partitioner.Create(jobs, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = parallel }, job =>
        {
            using var threads = new TorchThreads(1);
            var losses = Enumerable.Range(1, seeds)
                .Select(seed => NetworkRun.HeldOutLoss(job.task, job.contender, job.rate, evaluations, seed)).ToArray();
            results[job] = Estimate.Of(losses);
            Console.Error.WriteLine(FormattableString.Invariant(
                $"{job.task.Name} {job.contender.Name} {job.rate}: {results[job].Mean:f4}"));
        });
        return results;
    }

    private static string Table(
        IReadOnlyList<NetworkTask> tasks, IReadOnlyList<NetworkContender> contenders, double[] rates,
        IReadOnlyDictionary<(NetworkTask, NetworkContender, double), Estimate> results)
    {
        var text = new StringBuilder();
        text.AppendLine("| network | optimizer | "
            + string.Join(" | ", rates.Select(rate => rate.ToString("g1", CultureInfo.InvariantCulture))) + " |");
        text.AppendLine("| --- | --- |" + string.Concat(rates.Select(_ => " --- |")));
        foreach (var task in tasks)
            foreach (var contender in contenders)
                text.AppendLine($"| {(contender == contenders[0] ? task.Name : "")} | {contender.Name} | "
                    + string.Join(" | ", rates.Select(rate => Text(results[(task, contender, rate)]))) + " |");
        return text.ToString();
    }

    private static string Text(Estimate loss) => !double.IsFinite(loss.Mean) ? "failed"
        : FormattableString.Invariant($"{loss.Mean:f3}")
        + (double.IsNaN(loss.StandardError) ? "" : FormattableString.Invariant($" ± {loss.StandardError:f3}"));
}
