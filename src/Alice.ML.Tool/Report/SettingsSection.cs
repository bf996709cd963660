using System.Reflection;
using System.Runtime.InteropServices;
using Alice.ML.Tool.Reporting;
using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Tool.Report;

/// <summary>Settings, seed, versions, and the command that creates the report.</summary>
internal static class SettingsSection
{
    public static void Add(Subject subject, Html page)
    {
        page.Section("settings", "Settings");
        page.Table("Settings", ["setting", "value"],
            Settings(subject).Select(s => (IReadOnlyList<Cell>)[s.Name, s.Value]), texts: 2);
        if (subject.Options.Command is not { } command)
            return;
        page.Heading("This report again");
        page.Code(command);
    }

    private static IEnumerable<(string Name, string Value)> Settings(Subject subject)
    {
        var networks = subject.Part.Model.Ensemble.Members.Select(m => m.Network).ToArray();
        yield return ("networks", Show.Count(networks.Length));
        yield return ("hidden layers",
            Each(networks.Select(n => LearningSection.Layers(n.LayerSizes.ToArray()[1..^1]))));
        yield return ("activation", Each(networks.Select(n => $"{n.Activation}")));
        yield return ("weights", Show.Count(networks.Sum(n => (long)n.Weights.Length)));
        if (subject.IsNumber)
            yield return ("loss", $"{subject.Options.Loss ?? RegressionLoss.Squared}");
        if (subject.Summary is { } summary)
        {
            yield return ("encoding of numbers", Each(summary.NumericEncodings.Select(e => $"{e}")));
            yield return ("weight decay", Each(summary.WeightDecays.Select(Show.Number)));
            yield return ("epochs", Show.Count(summary.Epochs.Count));
            yield return ("end of training", $"{summary.StopReason}");
            yield return ("rows of a minibatch", Show.Count(summary.BatchSize));
            yield return ("restarts", Show.Count(summary.Restarts));
            yield return ("device", summary.Device);
            yield return ("seed", $"{summary.Seed}");
            yield return ("seconds of training", Show.Seconds(summary.Seconds));
        }
        yield return ("seed of the report", $"{subject.Options.Seed}");
        yield return ("Alice.ML", Version(typeof(AliceTrainerOptions)));
        yield return ("ML.NET", Version(typeof(MLContext)));
        yield return ("TorchSharp", Version(typeof(TorchSharp.torch)));
        yield return (".NET", RuntimeInformation.FrameworkDescription);
        yield return ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, " +
            Show.Of(Environment.ProcessorCount, "processor"));
    }

    /// <summary>Joins values, or returns one if all are the same.</summary>
    private static string Each(IEnumerable<string> values) =>
        string.Join("; ", values.CountBy(v => v).Select(v => v.Value > 1 ? $"{v.Key} (of {v.Value})" : v.Key));

    private static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? type.Assembly.GetName().Version?.ToString() ?? "unknown";
}
