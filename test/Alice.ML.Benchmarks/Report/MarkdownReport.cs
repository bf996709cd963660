using System.Text;

namespace Alice.ML.Benchmarks.Report;

/// <summary>The report as a page of Markdown.</summary>
internal static class MarkdownReport
{
    public static string Write(
        IReadOnlyList<(string Name, string Value)> machine, IReadOnlyList<Section> sections, ReportSettings settings)
    {
        var bars = sections.SelectMany(
            s => s.Results.Where(r => r.Bar is not null).Select(r => (s.Comparison, Result: r))).ToList();
        var missed = bars.Where(b => !b.Result.Bar!.IsMet).ToList();
        var text = new StringBuilder();
        text.AppendLine("# Benchmarks").AppendLine();
        text.AppendLine($"Written by `{Command(settings)}`: not to be edited. How to run it and what the figures mean: "
            + "[performance.md](performance.md).").AppendLine();
        foreach (var (name, value) in machine)
            text.AppendLine($"- {name}: {value}");
        text.AppendLine().AppendLine(
            $"Things compared were measured in turns (A B A B …), {settings.Rounds} rounds after one that does not "
            + $"count, {settings.LongRounds} where a round takes long. Figures are medians over the rounds; a ratio is "
            + $"the median of the ratios of the rounds, with the lowest and highest in brackets.").AppendLine();
        text.AppendLine($"**{bars.Count - missed.Count} of {bars.Count} bars met.**"
            + (missed.Count == 0 ? "" : " Not met:")).AppendLine();
        foreach (var (comparison, result) in missed)
            text.AppendLine(
                $"- {comparison.Title}: {result.Case}: {First(result.Ratio, result.Ours)}, bar {result.Bar!.Text}");
        foreach (var section in sections)
            text.AppendLine().Append(Write(section));
        return text.ToString();
    }

    public static string Write(Section section)
    {
        var (comparison, results) = (section.Comparison, section.Results);
        var text = new StringBuilder();
        text.AppendLine($"## {comparison.Title}").AppendLine();
        text.AppendLine(
            $"`--only {comparison.Name}`, {Figures.Time(section.Taken.TotalSeconds)}. {comparison.Explanation}")
            .AppendLine();
        text.AppendLine(
            $"| case | {comparison.Headings.Ours} | {comparison.Headings.Other} | {comparison.Headings.Ratio} | bar "
            + $"| met |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var result in results)
            text.AppendLine(
                $"| {result.Case} | {result.Ours} | {result.Other} | {result.Ratio} | {result.Bar?.Text} | "
                + $"{Verdict(result.Bar)} |");
        return text.ToString();
    }

    private static string Verdict(Bar? bar) => bar is null ? "" : bar.IsMet ? "met" : "**NOT met**";

    private static string First(string ratio, string ours) => ratio == "" ? ours : ratio;

    private static string Command(ReportSettings settings) =>
        "dotnet run -c Release --project test/Alice.ML.Benchmarks -- report"
        + (settings.Quick ? " --quick" : "") + (settings.DataFolder is null ? "" : " --data FOLDER");
}
