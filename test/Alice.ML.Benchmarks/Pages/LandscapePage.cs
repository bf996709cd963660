using System.CommandLine;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Pages;

/// <summary>'landscape': makes the tables and pictures of docs/landscape.md, as 'alice landscape' and 'alice prune' do
/// for one table.</summary>
internal static class LandscapePage
{
    public const string File = "landscape.md";
    private const string Exponents = "exponents";
    private const string Layers = "layers";
    private const string RowCounts = "rows";
    private const string Bands = "bands";
    private const string Pruning = "pruning";
    private const string Rounds = "rounds";

    private const int Seed = 1;
    private const int ManyDirections = 64;
    private const int SeveralRounds = 4;

    private static readonly (string Name, string Unit)[] _tables =
        [("concrete", "MPa"), ("energy", "kWh/m²"), ("optdigits", "")];
    private static readonly (string Name, int? Epochs)[] _stages =
        [(LandscapeFigures.Few, 10), (LandscapeFigures.Full, null)];
    private static readonly Activation[] _activations = [Activation.ReLU, Activation.GELU];
    private static readonly int[] _rows = [64, 256, new LandscapeDataOptions().MaximumRows];

    /// <summary>The blocks of the page.</summary>
    public static IReadOnlyList<string> Blocks { get; } = [Exponents, Layers, RowCounts, Bands, Pruning, Rounds];

    /// <param name="defaultDocs">Finds the folder of the page where --docs does not say.</param>
    public static Command Create(Func<string> defaultDocs)
    {
        var command = new Command("landscape",
            "Measures the landscape of trained networks, prunes them, and writes the figures of docs/landscape.md.");
        var options = new PageOptions(command, defaultDocs);
        command.SetAction(parsed => TableOptions.Guarded(() => Make(parsed, options)));
        return command;
    }

    private static void Make(ParseResult parsed, PageOptions options)
    {
        var page = new MadePage(options.Docs(parsed), File, Blocks);
        var machine = Machine.Describe().ToList();
        var ml = new MLContext(Seed);
        var networks = new List<TrainedNetwork>();
        var pruned = new List<PrunedNetwork>();
        foreach (var (name, unit) in _tables)
        {
            var data = options.Read(parsed, name);
            foreach (var (stage, epochs) in _stages)
                foreach (var activation in _activations)
                {
                    Console.Error.WriteLine($"{name}, {activation}, {stage}");
                    networks.Add(Train(ml, name, stage, activation, data, epochs));
                }
            var model = networks[^_activations.Length].Model;
            PrunedModel[] Prune(int rounds) => PruningCurve.Measure(ml, new SavedModel(model, data.Schema), data.Train,
                data.Test, data.TestLabels, new PruneOptions { Rounds = rounds }, Console.Error.WriteLine);

            Console.Error.WriteLine($"{name}: pruning");
            pruned.Add(new(name, unit, Prune(1), SeveralRounds, Prune(SeveralRounds)));
            options.Draw(parsed, $"prune-{name}", PruneReport.Draw(name, pruned[^1].Once, unit));
        }
        page.Set(Exponents, LandscapeFigures.Exponents(networks));
        page.Set(Layers, LandscapeFigures.Layers(networks));
        page.Set(Bands, LandscapeFigures.Bands(networks));
        page.Set(RowCounts, LandscapeFigures.Densities([.. _rows.Select(networks[0].WithRows)]));
        page.Set(Pruning, PruningFigures.Errors(pruned));
        page.Set(Rounds, PruningFigures.Rounds(pruned));
        Draw(parsed, options, networks);
        page.Save(parsed.CommandResult.Command.Name, machine);
    }

    private static TrainedNetwork Train(
        MLContext ml, string table, string stage, Activation activation, PreparedData data, int? epochs)
    {
        var study = new LandscapeStudy(ml, data, new NetworkSettings { NumberOfEpochs = epochs, Seed = Seed });
        var model = study.Train(activation, new Progress<AliceProgress>(), default);
        LandscapeReport Measure(int rows, int directions) => study.Measure(model, rows, directions, default);

        return new(table, stage, activation, model, Measure(_rows[^1], new LandscapeOptions().Directions),
            rows => (Math.Min(rows, data.TrainLabels.Length), Measure(rows, ManyDirections)));
    }

    // The pictures that the page shows.
    private static void Draw(ParseResult parsed, PageOptions options, IReadOnlyList<TrainedNetwork> networks)
    {
        foreach (
            var (table, stage) in new[
                ] { (_tables[0].Name, LandscapeFigures.Few), (_tables[^1].Name, LandscapeFigures.Full) })
            options.Draw(parsed, Name(table, stage, "variation"), LandscapeFiles.DrawVariation($"{table}, {stage}",
                [.. networks.Where(n => n.Table == table && n.Stage == stage)
                    .Select(n => ($"{n.Activation}", n.Report))]));
        foreach (var network in networks.Where(n => n.Table == _tables[0].Name && n.Activation == _activations[0]))
        {
            var (title, named) = ($"{network.Table}, {network.Stage}", ($"{network.Activation}", network.Report));
            options.Draw(parsed, Name(network.Table, network.Stage, "deviation"),
                LandscapeFiles.DrawDeviation(title, named));
            if (network.Stage == LandscapeFigures.Full)
                options.Draw(parsed, Name(network.Table, network.Stage, "line"), LandscapeFiles.DrawLine(title, named));
        }

        static string Name(string table, string stage, string what) =>
            $"{(stage == LandscapeFigures.Few ? "early" : "landscape")}-{table}-{what}";
    }
}

/// <summary>A network and its landscape.</summary>
/// <param name="Table">The table that it was trained on.</param>
/// <param name="Stage">How long it was trained.</param>
/// <param name="Activation">Its activation.</param>
/// <param name="Model">Its pipeline.</param>
/// <param name="Report">Its landscape.</param>
/// <param name="WithRows">Its landscape on as many rows at most, in more directions; and how many rows they
/// were.</param>
internal sealed record TrainedNetwork(string Table, string Stage, Activation Activation, ITransformer Model,
    LandscapeReport Report, Func<int, (int Rows, LandscapeReport Report)> WithRows);

/// <summary>A network without growing shares of its weights, removed in one round and in several.</summary>
internal sealed record PrunedNetwork(
    string Table, string Unit, IReadOnlyList<PrunedModel> Once, int Rounds, IReadOnlyList<PrunedModel> InRounds);
