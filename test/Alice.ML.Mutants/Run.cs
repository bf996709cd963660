using System.Diagnostics;

namespace Alice.ML.Mutants;

/// <summary>Lets workers test mutants, and writes a line of tab-separated values for each: number, result, the test
/// that found it. What the file has already is not done again.</summary>
internal sealed class Run(string assembly, string coverage, string results)
{
    /// <summary>What became of a mutant that ended the process, such as by an access violation.</summary>
    public const string Crashed = "crashed";

    private const int MostSeconds = 900;
    private static readonly string Folder = AppContext.BaseDirectory;

    public void Start(IEnumerable<int> mutants, int workers)
    {
        var done = File.Exists(results) ? File.ReadLines(results).Select(line => int.Parse(line.Split('\t')[0])) : [];
        var left = new Queue<int>(mutants.Except(done));
        using var target = new StreamWriter(results, append: true) { AutoFlush = true };
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ =>
        {
            Process? worker = null;
            while (Next(left) is { } mutant)
            {
                if (worker is null || worker.HasExited)
                    worker = Begin();
                var answer = Ask(worker, mutant);
                lock (target)
                    target.WriteLine(answer);
            }
            worker?.Kill();
        });
    }

    private static int? Next(Queue<int> left)
    {
        lock (left)
            return left.TryDequeue(out var mutant) ? mutant : null;
    }

    private Process Begin()
    {
        var worker = Process.Start(new ProcessStartInfo("dotnet",
        [
            "exec", "--depsfile", Path.Combine(Folder, "Alice.ML.Tests.deps.json"),
            "--runtimeconfig", Path.Combine(Folder, "Alice.ML.Tests.runtimeconfig.json"),
            Path.Combine(Folder, "Alice.ML.Mutants.dll"), "work", assembly, coverage,
        ])
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        worker.BeginErrorReadLine();
        return worker.StandardOutput.ReadLine() == Worker.Ready ? worker
            : throw new InvalidOperationException("A worker did not start.");
    }

    private static string Ask(Process worker, int mutant)
    {
        worker.StandardInput.WriteLine(mutant);
        worker.StandardInput.Flush();
        var read = worker.StandardOutput.ReadLineAsync();
        if (!read.Wait(TimeSpan.FromSeconds(MostSeconds)))
        {
            worker.Kill();
            worker.WaitForExit();
            return $"{mutant}\t{Worker.TimedOut}\t";
        }
        if (read.Result is null || read.Result.Contains(Worker.TimedOut, StringComparison.Ordinal))
            worker.WaitForExit();
        return read.Result ?? $"{mutant}\t{Crashed}\t";
    }
}
