using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace Alice.ML.Samples.Reporting;

/// <summary>What one trainer achieved.</summary>
internal sealed record DemoResult(string Name, ITransformer Model, RegressionMetrics Metrics, double Seconds);

/// <summary>Prints the comparison of the trainers.</summary>
internal static class DemoReport
{
    /// <summary>One row per trainer: RMSE and R² on the test rows, seconds of training.</summary>
    public static void WriteTable(IAnsiConsole console, IEnumerable<DemoResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("trainer")
            .AddColumn("test RMSE, m", c => c.RightAligned())
            .AddColumn("test R²", c => c.RightAligned())
            .AddColumn("training, s", c => c.RightAligned());
        foreach (var result in results)
            table.AddRow(result.Name, $"{result.Metrics.RootMeanSquaredError:F4}", $"{result.Metrics.RSquared:F3}",
                $"{result.Seconds:F1}");
        console.Write(table);
    }
}
