using System.Diagnostics;

namespace Alice.ML.Mutants;

/// <summary>Reads numbers of mutants from standard input and answers each with what became of it. A mutant that hangs
/// ends the process.</summary>
internal static class Worker
{
    public const string Ready = "ready";
    public const string Survived = "survived";
    public const string Unreached = "unreached";
    public const string Killed = "killed";
    public const string TimedOut = "timed out";

    /// <summary>Tests of one mutant take at most this long, the quickest first. A mutant that needs more counts as
    /// survived.</summary>
    private const double MostSeconds = 60;

    /// <summary>A test hangs if it takes this much longer than without a mutant.</summary>
    private const double Patience = 10;

    private const double LeastSeconds = 20;
    private const int WarmingTests = 30;

    public static void Answer(Coverage coverage, MutantSwitch mutants)
    {
        var (input, output) = (Console.In, Console.Out);
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
        var tests = TestCase.Of(string.Join(',', coverage.Tests.Select(test => test.Test.Split('#')[0]).Distinct()))
            .ToDictionary(test => test.Name);
        var byMutant = coverage.Tests.SelectMany(test => test.Mutants.Select(mutant => (mutant, test)))
            .ToLookup(pair => pair.mutant, pair => pair.test);
        // What is loaded and compiled once must not count as slow.
        foreach (var test in coverage.Tests.OrderBy(test => test.Seconds).Take(WarmingTests))
            tests[test.Test].Run(LeastSeconds);
        Say(Ready);
        var kills = new Dictionary<string, int>();
        while (input.ReadLine() is { } line)
        {
            mutants.Choose(int.Parse(line));
            // Tests that found much, and quick ones, first.
            var (result, by) = Try([.. byMutant[int.Parse(line)]
                .OrderBy(test => (0.005 + test.Seconds) / (1 + kills.GetValueOrDefault(test.Test)))]);
            mutants.Choose(-1);
            kills[by] = kills.GetValueOrDefault(by) + 1;
            Say($"{line}\t{result}\t{by}");
            if (result == TimedOut)
                break;
        }
        Environment.Exit(0);

        void Say(string text)
        {
            output.WriteLine(text);
            output.Flush();
        }

        (string Result, string By) Try(Reach[] reaching)
        {
            var clock = Stopwatch.StartNew();
            foreach (var test in reaching)
            {
                if (clock.Elapsed.TotalSeconds > MostSeconds)
                    break;
                if (tests[test.Test].Run(LeastSeconds + Patience * test.Seconds) is { } failure)
                    return (failure == TestCase.Hung ? TimedOut : Killed, test.Test);
            }
            return (reaching.Length == 0 ? Unreached : Survived, "");
        }
    }
}
