using System.CommandLine;
using Alice.ML.Benchmarks.Child;
using Alice.ML.Benchmarks.Explaining;
using Alice.ML.Benchmarks.Networks;
using Alice.ML.Benchmarks.Pages;
using Alice.ML.Benchmarks.Pictures;
using Alice.ML.Benchmarks.Profile;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Scale;
using Alice.ML.Optimization.Runtime;
using BenchmarkDotNet.Running;

// Before anything here touches TorchSharp.
LibTorch.EnsureLoaded();
if (args is [ChildProcess.Command, var request])
{
    ChildProcess.Serve(request);
    return 0;
}
if (args is ["micro", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(ReportCommand).Assembly).Run(args[1..]);
    return 0;
}

var only = new Option<string>("--only")
{
    Description = "Comparisons to run, separated by commas: "
        + string.Join(',', ReportCommand.Comparisons.Select(c => c.Name))
        + ". Default: all. The report is then printed only, unless --out says where to write it.",
    DefaultValueFactory = _ => "",
};
only.Validators.Add(result =>
{
    var unknown = Names(result.GetValueOrDefault<string>()!).Except(ReportCommand.Comparisons.Select(c => c.Name))
        .ToList();
    if (unknown.Count > 0)
        result.AddError($"--only names '{unknown[0]}', which is no comparison. There are: "
            + string.Join(", ", ReportCommand.Comparisons.Select(c => c.Name)) + ".");
});
var quick = new Option<bool>("--quick") { Description = "Fewer rounds, and without the cases that take longest." };
var data = new Option<DirectoryInfo>(
    "--data")
{ Description = "Folder with taxi-fare-train.csv and taxi-fare-test.csv. Default: synthetic rows." };
data.AcceptExistingOnly();
var output = new Option<string>(
    "--out")
{ Description = "File to write. Default: docs/benchmarks.md of this repository." };

var report = new Command(
    "report", "Runs the comparisons side by side and writes the report.") { only, quick, data, output };
report.SetAction(parsed =>
{
    var names = Names(parsed.GetValue(only)!);
    var file = parsed.GetValue(output) ?? (names.Length == 0 ? RepositoryFile("docs/benchmarks.md") : null);
    ReportCommand.Run(new ReportSettings(parsed.GetValue(quick), parsed.GetValue(data)?.FullName), names, file);
});
var profile = new Command("profile", "Says in percent where the time of one fit goes.");
profile.SetAction(_ => ProfileCommand.Run());
var micro = new Command("micro", "Runs the benchmarks of the parts; what follows goes to BenchmarkDotNet.");
var quality = QualityCommand.Create(() => RepositoryFile("docs/quality.md"));
return new RootCommand("Measures Alice.ML.") { report, quality, SearchCommand.Create(), NetworksCommand.Create(),
    ScaleCommand.Create(), SyntheticTables.Create(), ExplainCommand.Create(),
    ComparisonPage.Create(() => RepositoryFile("docs")), LandscapePage.Create(() => RepositoryFile("docs")),
    PictureCommand.Create(() => RepositoryFile("docs/pictures/report.svg")), profile, micro }.Parse(args).Invoke();

static string[] Names(string list) =>
    list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

static string RepositoryFile(string path)
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        if (File.Exists(Path.Combine(folder.FullName, "Alice.ML.sln")))
            return Path.Combine(folder.FullName, path);
    throw new DirectoryNotFoundException(
        "The program is not in its repository: say with --out where to write the report.");
}
