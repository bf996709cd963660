using System.Diagnostics;
using Alice.ML.Benchmarks.Comparisons;

namespace Alice.ML.Benchmarks.Report;

/// <summary>Runs the comparisons and writes docs/benchmarks.md.</summary>
internal static class ReportCommand
{
    public static readonly IReadOnlyList<IComparison> Comparisons =
    [
        new SmallUpdateComparison(),
        new LargeUpdateComparison(),
        new EvaluationComparison(),
        new StepComparison(),
        new ReadComparison(),
        new SparseComparison(),
        new MemoryComparison(),
        new RepeatedFitsComparison(),
        new GrowthComparison(),
        new ScoringComparison(),
        new TrainingTimeComparison(),
    ];

    /// <param name="settings">How much to run, and on which data.</param>
    /// <param name="only">Names of the comparisons to run; empty: all.</param>
    /// <param name="output">File to write; null: none, the report is only printed.</param>
    public static void Run(ReportSettings settings, IReadOnlyList<string> only, string? output)
    {
        // Before the comparisons, whose own work would show in the load average.
        var machine = Machine.Describe().ToList();
        var sections = new List<Section>();
        foreach (var comparison in Comparisons.Where(c => only.Count == 0 || only.Contains(c.Name)))
        {
            Console.Error.WriteLine($"{comparison.Name} …");
            var start = Stopwatch.GetTimestamp();
            var results = comparison.Run(settings).ToList();
            sections.Add(new Section(comparison, results, Stopwatch.GetElapsedTime(start)));
            Console.WriteLine(MarkdownReport.Write(sections[^1]));
        }
        if (output is null)
            return;
        File.WriteAllText(output, MarkdownReport.Write(machine, sections, settings));
        Console.Error.WriteLine($"Wrote {output}.");
    }
}

/// <summary>A comparison and what it gave.</summary>
internal sealed record Section(IComparison Comparison, IReadOnlyList<Result> Results, TimeSpan Taken);
