using System.Diagnostics;
using System.Text.Json;

namespace Alice.ML.Mutants;

/// <summary>What a test reaches without a mutant.</summary>
/// <param name="Test">Name of the test.</param>
/// <param name="Seconds">How long it takes.</param>
/// <param name="Mutants">The mutants that it reaches.</param>
internal sealed record Reach(string Test, double Seconds, int[] Mutants);

/// <summary>Which tests reach which mutants. Tests that fail here, in a folder of their own with a changed assembly,
/// find nothing.</summary>
internal sealed class Coverage(IReadOnlyList<Reach> tests)
{
    private const double LongestTest = 40;

    public IReadOnlyList<Reach> Tests => tests;

    public static Coverage Measure(IReadOnlyList<TestCase> tests, MutantSwitch mutants)
    {
        var found = new List<Reach>();
        Console.SetOut(TextWriter.Null);
        foreach (var test in tests)
        {
            string? failure = null;
            var clock = Stopwatch.StartNew();
            var reached = mutants.ReachedBy(() => failure = test.Run(LongestTest));
            var seconds = clock.Elapsed.TotalSeconds;
            if (failure is null)
                found.Add(new(test.Name, seconds, reached));
            else
                Console.Error.WriteLine($"left out: {test.Name}: {failure}");
        }
        Console.Error.WriteLine($"{found.Count} of {tests.Count} tests, {found.Sum(test => test.Seconds):F0} s");
        return new(found);
    }

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(tests));

    public static Coverage Load(string path) =>
        new(JsonSerializer.Deserialize<IReadOnlyList<Reach>>(File.ReadAllText(path))!);
}
