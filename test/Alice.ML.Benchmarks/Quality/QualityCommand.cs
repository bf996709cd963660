using System.CommandLine;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Tool.Data;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>'quality': how well Alice and others predict, on every table of a folder.</summary>
internal static class QualityCommand
{
    /// <param name="defaultOutput">Finds the file to write where --out does not say.</param>
    public static Command Create(Func<string> defaultOutput)
    {
        var command = new Command("quality", """
            Trains Alice, ML.NET's LightGBM, FastTree and SDCA with default options, LightGBM with searched ones, and a
            hand-written Adam network on every table of a folder, and writes how well and how fast they predict.
            """);
        var tables = new TableOptions(command);
        var trainers = new Option<string>("--trainers")
        {
            Description = "Contestants, separated by commas: " + string.Join(',', Contestant.All.Select(c => c.Key))
                + $". Default: all but "
                + $"{string.Join(", ", Contestant.All.Where(c => !c.IsDefault).Select(c => c.Key))}. "
                + "Alice always runs.",
            DefaultValueFactory = _ => "",
        };
        trainers.Validators.Add(result =>
        {
            foreach (var name in TableOptions.Names(result.GetValueOrDefault<string>()!)
                .Where(n => Contestant.All.All(c => c.Key != n)))
                result.AddError(
                    $"--trainers {name}: no such contestant; there are "
                    + $"{string.Join(", ", Contestant.All.Select(c => c.Key))}.");
        });
        var output = new Option<string>(
            "--out")
        { Description = "File to write. Default: docs/quality.md of this repository." };
        command.Options.Add(trainers);
        command.Options.Add(output);
        command.SetAction(parsed => TableOptions.Guarded(() =>
        {
            var file = parsed.GetValue(output) ?? defaultOutput();
            var names = TableOptions.Names(parsed.GetValue(trainers)!);
            var contestants = Contestant.All
                .Where(c => c == Contestant.Default || (names.Length == 0 ? c.IsDefault : names.Contains(c.Key)))
                    .ToList();
            var machine = Machine.Describe().ToList();
            var results = new List<TableResult>();
            foreach (var table in tables.Read(parsed))
            {
                results.Add(Measure(table, contestants, parsed.GetValue(tables.Seed)));
                // After every table: a long run that is cut off leaves what it has.
                Write(file, machine, contestants, results, string.Join(' ', CommandLine(parsed)));
            }
            Console.Error.WriteLine($"Wrote {file}.");
        }));
        return command;
    }

    // The picture lies beside the report, as those of docs do.
    private static void Write(
        string file, IReadOnlyList<(string, string)> machine, IReadOnlyList<Contestant> contestants,
        IReadOnlyList<TableResult> results,
        string command)
    {
        var picture = $"pictures/{Path.GetFileNameWithoutExtension(file)}-time.svg";
        File.WriteAllText(file, QualityReport.Write(machine, contestants, results, command, picture));
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, picture);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var drawn = TimePicture.Draw(TimeSection.Points(contestants, results));
        File.WriteAllText(path, drawn);
        File.WriteAllText(Path.ChangeExtension(path, null) + "-dark.svg", TimePicture.Dark(drawn));
    }

    private static TableResult Measure(QualityTable table, IReadOnlyList<Contestant> contestants, int seed)
    {
        var outcomes = contestants.ToDictionary(c => c, _ => new List<Outcome>());
        var uncertainties = new List<Uncertainty>();
        var expectations = new List<Expectation?>();
        for (var i = 0; i < table.Splits.Count; i++)
        {
            var run = new Run(table.Prepare(i, quiet: false), seed + i);
            foreach (var contestant in contestants)
            {
                GC.Collect();
                var outcome = contestant.Measure(run);
                outcomes[contestant].Add(outcome);
                Console.Error.WriteLine(
                    $"{table.Name} {i + 1}/{table.Splits.Count} {contestant.Name}: {outcome.Describe(table.Task)}");
            }
            expectations.Add(Expectation.Of(table.Task, run.Alice.Fit.Estimate, outcomes[Contestant.Default][i]));
            if (table.Task == TaskKind.Regression)
                uncertainties.Add(Uncertainty.Measure(run));
        }
        return new(table, outcomes, uncertainties, expectations);
    }

    // Folders and files of this machine are not named: they are of no use to others.
    private static IEnumerable<string> CommandLine(ParseResult parsed)
    {
        var before = "";
        foreach (var token in parsed.Tokens.Select(token => token.Value))
        {
            if (token != "--out" && before != "--out")
                yield return before == "--data" ? "FOLDER" : token;
            before = token;
        }
    }
}
