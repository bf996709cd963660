using System.Text.Json.Nodes;

namespace Alice.ML.Mutants;

/// <summary>A mutant of stryker's report.</summary>
internal sealed record Mutant(int Id, string File, int Line, string Kind, string Old, string New);

/// <summary>The mutants of an assembly, from stryker's JSON report.</summary>
internal sealed class MutantReport(IReadOnlyList<Mutant> mutants)
{
    private static readonly string[] Found = [Worker.Killed, Worker.TimedOut, Run.Crashed];

    /// <summary>Reads those that compile and that stryker did not find covered by a block around them.</summary>
    public static MutantReport Read(string path) => new([.. JsonNode.Parse(File.ReadAllText(path))!["files"]!.AsObject()
        .SelectMany(
            file => Mutants(file.Key[(file.Key.IndexOf("/src/", StringComparison.Ordinal) + 5)..], file.Value!))]);

    /// <summary>A seeded random sample of the mutants in files whose paths contain this.</summary>
    public IEnumerable<int> Sample(string file, int count)
    {
        var random = new Random(1);
        return mutants.Where(mutant => mutant.File.Contains(file, StringComparison.Ordinal)).Select(mutant => mutant.Id)
            .Order().ToList().OrderBy(_ => random.Next()).Take(count);
    }

    /// <summary>Prints the score of each file and the survivors.</summary>
    public void Show(string results)
    {
        var byId = mutants.ToDictionary(mutant => mutant.Id);
        var all = File.ReadLines(results).Select(line => line.Split('\t'))
            .Select(parts => (Mutant: byId[int.Parse(parts[0])], Result: parts[1])).ToList();
        foreach (var file in all.GroupBy(result => result.Mutant.File).OrderBy(group => group.Key).Prepend(null))
        {
            var of = file?.ToList() ?? all;
            var found = of.Count(result => Found.Contains(result.Result));
            Console.WriteLine($"{100.0 * found / of.Count,5:F1} {found}/{of.Count} {file?.Key ?? "all"}");
        }
        foreach (var (mutant, result) in all.Where(result => !Found.Contains(result.Result)))
            Console.WriteLine($"{result} {mutant.File}:{mutant.Line} {mutant.Kind}: {mutant.Old} => {mutant.New}");
    }

    private static IEnumerable<Mutant> Mutants(string file, JsonNode content)
    {
        var lines = content["source"]!.GetValue<string>().Split('\n');
        return content["mutants"]!.AsArray()
            .Where(mutant => mutant!["status"]!.GetValue<string>() is not "CompileError" and not "Ignored")
            .Select(mutant => (Start: mutant!["location"]!["start"]!, End: mutant["location"]!["end"]!, Node: mutant))
            .Select(mutant => new Mutant(int.Parse(mutant.Node["id"]!.GetValue<string>()), file,
                mutant.Start["line"]!.GetValue<int>(), mutant.Node["mutatorName"]!.GetValue<string>(),
                Text(lines, mutant.Start, mutant.End), OneLine(mutant.Node["replacement"]!.GetValue<string>())));
    }

    private static string Text(string[] lines, JsonNode start, JsonNode end)
    {
        var (first, from) = (start["line"]!.GetValue<int>() - 1, start["column"]!.GetValue<int>() - 1);
        var (last, to) = (end["line"]!.GetValue<int>() - 1, end["column"]!.GetValue<int>() - 1);
        return OneLine(first == last ? lines[first][from..to] : lines[first][from..] + " …");
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
