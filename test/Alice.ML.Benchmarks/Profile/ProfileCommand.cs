using Alice.ML.Benchmarks.Report;

namespace Alice.ML.Benchmarks.Profile;

/// <summary>Prints where the time of one fit goes, as a table for docs/performance.md.</summary>
internal static class ProfileCommand
{
    public static void Run()
    {
        using var profile = new FitProfile();
        var (whole, measured) = profile.Measure();
        List<(string Name, double Seconds)> parts = [.. measured];
        parts.Add(("other: schedule, epoch reports, model", whole - measured.Sum(part => part.Seconds)));

        Console.WriteLine(
            $"{profile.Description}: {Figures.Time(whole)}, {Figures.Time(whole / profile.Steps)} a step.");
        Console.WriteLine();
        Console.WriteLine("| part | time | share |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var (name, seconds) in parts)
            Console.WriteLine(
                $"| {name} | {(seconds < 0 ? "−" : "")}{Figures.Time(Math.Abs(seconds))} | {seconds / whole:P1} |");
    }
}
