using System.Text.Json.Nodes;
using Alice.ML.Samples.Modelling;

namespace Alice.ML.Samples.Reporting;

/// <summary>Prints results: one 'name: value' a line, or everything as one JSON object.</summary>
internal static class MetricsReport
{
    /// <summary>Prints the metrics of one set of rows.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="set">The rows' name, such as test.</param>
    /// <param name="rowCount">How many they are.</param>
    /// <param name="scores">Their metrics.</param>
    /// <param name="json">Null for lines; otherwise the other members of the object.</param>
    public static void Write(TextWriter output, string set, int rowCount, RegressionScores scores, JsonObject? json)
    {
        if (json is null)
        {
            output.WriteLine($"{set} rows: {rowCount}");
            output.WriteLine($"{set} RMSE: {scores.Rmse:G6}");
            output.WriteLine($"{set} R2: {scores.R2:G6}");
            output.WriteLine($"{set} MAE: {scores.Mae:G6}");
            return;
        }
        json[set] = new JsonObject
        {
            ["rows"] = rowCount,
            ["rmse"] = Number(scores.Rmse),
            ["r2"] = Number(scores.R2),
            ["mae"] = Number(scores.Mae),
        };
        output.WriteLine(json.ToJsonString());
    }

    /// <summary>JSON has no NaN: null stands for it, as for R² when every label is the same.</summary>
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
