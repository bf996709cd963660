using System.Collections.Concurrent;
using System.CommandLine;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>'search': options of Alice compared on every table of a folder.</summary>
internal static class SearchCommand
{
    private const string Adam = "adam";

    public static Command Create()
    {
        var command = new Command("search", """
            Trains Alice with several sets of options on every table of a folder, and prints their test errors relative
            to those of the first. The same arguments give the same errors.
            """);
        var tables = new TableOptions(command);
        var variants = new Option<string[]>("--variant")
        {
            Description = "Options to compare, repeatable; the first is the baseline. A name ("
                + string.Join(", ", Variant.Known.Select(v => v.Name)) + ") or NAME:OPTION=VALUE,OPTION=VALUE, as in "
                + "glass4:NumberOfNetworks=4,WeightDecay=null,HiddenLayers=128-128,Optimizer=Tabular,"
                + "Optimizer.UseGlass=true.",
            Required = true,
        };
        var baseline = new Option<string>("--baseline")
        {
            Description =
                "'adam': the hand-written Adam network with the first variant's settings is the baseline. Default: "
                    + "the first variant.",
        };
        baseline.AcceptOnlyFromAmong(Adam);
        var seeds = new Option<int>(
            "--seeds")
        { Description = "Seeds of each fit. Default: 1.", DefaultValueFactory = _ => 1 };
        var parallel = new Option<int>("--parallel")
        {
            Description = "Fits at once, each on one thread. Default: 2.",
            DefaultValueFactory = _ => 2
        };
        var output = new Option<string>("--out") { Description = "File to write. Default: the standard output only." };
        TableOptions.AtLeastOne(seeds);
        TableOptions.AtLeastOne(parallel);
        foreach (var option in new Option[] { variants, baseline, seeds, parallel, output })
            command.Options.Add(option);
        command.SetAction(parsed => TableOptions.Guarded(() =>
        {
            var chosen = parsed.GetValue(variants)!.Select(Variant.Parse).ToList();
            if (chosen.GroupBy(v => v.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new UserException($"--variant {twice.Key}: two have this name; rename one");
            var search = new Search(
                tables.Read(parsed), chosen, parsed.GetValue(baseline) == Adam, parsed.GetValue(seeds),
                parsed.GetValue(tables.Seed));
            var report = SearchReport.Write(search.Run(parsed.GetValue(parallel)));
            Console.Write(report);
            if (parsed.GetValue(output) is { } file)
                File.WriteAllText(file, report);
        }));
        return command;
    }
}

/// <summary>Fits of every variant on every table, split and seed.</summary>
internal sealed class Search(
    IReadOnlyList<QualityTable> tables, IReadOnlyList<Variant> variants, bool withAdam, int seeds, int firstSeed)
{
    private const string AdamName = "Adam network";

    // Apart from the seeds of splits, which count up by one.
    private const int SeedStride = 1000;

    public SearchResult Run(int parallel)
    {
        string[] names = [.. withAdam ? [AdamName] : Array.Empty<string>(), .. variants.Select(v => v.Name)];
        var errors = tables.ToDictionary(
            t => t, t => names.ToDictionary(n => n, _ => new double[t.Splits.Count * seeds]));
        var seconds = tables.ToDictionary(
            t => t, t => names.ToDictionary(n => n, _ => new double[t.Splits.Count * seeds]));
        var jobs = (from table in tables
                    from split in Enumerable.Range(0, table.Splits.Count)
                    let data = new Lazy<SplitData>(() => table.Prepare(split, quiet: true))
                    from seed in Enumerable.Range(0, seeds)
                    from variant in variants
                    select new Job(table, data, split, seed, variant)).ToList();
        var done = 0;
        // Without buffering, so that the long fits do not all fall to one thread.
        Parallel.ForEach(
            Partitioner.Create(jobs, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = parallel }, job =>
        {
            using var threads = new TorchThreads(1);
            var (table, place) = (job.Table, job.Split * seeds + job.Seed);
            var outcomes = Fit(job);
            var count = Interlocked.Increment(ref done);
            foreach (var (name, outcome) in outcomes)
            {
                errors[table][name][place] = outcome.Error;
                seconds[table][name][place] = outcome.SecondsToTrain;
                Console.Error.WriteLine(
                    $"{count}/{jobs.Count} {table.Name} split {job.Split + 1} seed {job.Seed + 1} {name}: "
                    + $"{outcome.Describe(table.Task)}");
            }
        });
        return new(tables, names, errors, seconds);
    }

    private IReadOnlyList<(string Name, Outcome Outcome)> Fit(Job job)
    {
        var run = new Run(job.Data.Value, firstSeed + job.Split + SeedStride * job.Seed);
        var (fit, seconds) = Contestant.Time(() => AliceFit.Train(run.ML, run.Data, run.Train, run.Seed, options =>
        {
            job.Variant.Change(options);
            options.NumberOfThreads = 1;
        }));
        var outcome = Contestant.Measured(run, fit.Model, seconds);
        return withAdam && job.Variant == variants[0]
            ? [(job.Variant.Name, outcome), (AdamName, Contestant.Adam(run.Data, fit.Adam))]
            : [(job.Variant.Name, outcome)];
    }

    private sealed record Job(QualityTable Table, Lazy<SplitData> Data, int Split, int Seed, Variant Variant);
}

/// <summary>What a search gave: by table and variant, one value for each split and seed. The first name is the
/// baseline.</summary>
internal sealed record SearchResult(
    IReadOnlyList<QualityTable> Tables, IReadOnlyList<string> Names,
    IReadOnlyDictionary<QualityTable, Dictionary<string, double[]>> Errors,
    IReadOnlyDictionary<QualityTable, Dictionary<string, double[]>> Seconds)
{
    /// <summary>Logarithm of the ratio of a variant's error to the baseline's on a table.</summary>
    public Estimate LogRatio(QualityTable table, string name) =>
        Estimate.LogRatio(Errors[table][name], Errors[table][Names[0]]);
}
