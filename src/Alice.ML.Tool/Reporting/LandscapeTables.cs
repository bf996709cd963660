using Alice.ML.Landscape;
using Alice.ML.Tool.Shell;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Alice.ML.Tool.Reporting;

/// <summary>Prints landscape reports.</summary>
internal static class LandscapeTables
{
    /// <summary>Prints a row for each layer, a row for all, and where the predictions along the step fail.</summary>
    public static void Write(Terminal terminal, string name, LandscapeReport report)
    {
        terminal.Out.WriteLine($"{name}: loss {report.Loss:G4}; density and Hessian at distance {report.Radius:G3}; " +
            $"{report.GradientEvaluations} gradient evaluations");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("layer");
        foreach (var head in new[
            ] { "weights", "glass exponent", "holds for σ", "density ρ", "|h|", "gradient, glass, Hessian" })
            table.AddColumn(head, c => c.RightAligned());
        table.AddColumn("what matters at Alice's step");
        foreach (var layer in report.Layers.Append(report.Total))
            table.AddRow(layer.Name, $"{layer.ParameterCount}",
                layer.Even is { } law ? $"{law.Exponent:F2} ± {law.StandardError:F2}" : "none",
                layer.Even is { } range ? $"{range.From:G2} to {range.To:G2}" : "",
                $"{layer.GlassDensity:G3}", $"{layer.Hessian:G3}",
                $"{100 * layer.Step.GradientShare:F0} %, {100 * layer.Step.GlassShare:F0} %, "
                + $"{100 * layer.Step.HessianShare:F0} %",
                layer.Verdict);
        terminal.OutConsole.Write(table);
        terminal.Out.WriteLine(
            $"Along the step the loss leaves the quadratic's band {Where(report.Line.QuadraticFailsAt)}, " +
            $"that of glass {Where(report.Line.GlassFailsAt)}.");
    }

    private static string Where(double? steps) =>
        steps is { } t ? $"at {t:G2} steps" : "nowhere along the line";
}
