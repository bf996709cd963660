using System.Text.Json.Nodes;
using Alice.ML.Tool.Modelling;

namespace Alice.ML.Tool.Reporting;

/// <summary>Prints results: one 'name: value' a line, or everything as one JSON object.</summary>
internal static class MetricsReport
{
    /// <summary>Prints the metrics of one set of rows.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="set">What each line starts with, such as test.</param>
    /// <param name="rowCount">How many rows they are.</param>
    /// <param name="metrics">Their metrics.</param>
    /// <param name="json">Null for lines; otherwise the other members of the object, whose member test has the
    /// metrics.</param>
    public static void Write(
        TextWriter output, string set, int rowCount, IReadOnlyList<Metric> metrics, JsonObject? json)
    {
        if (json is null)
        {
            output.WriteLine($"{set} rows: {rowCount}");
            foreach (var metric in metrics)
                output.WriteLine($"{set} {metric.Name}: {Text(metric)}");
            return;
        }
        json["test"] = ToJson(rowCount, metrics);
        output.WriteLine(json.ToJsonString());
    }

    /// <summary>The rows and metrics of one set.</summary>
    public static JsonObject ToJson(int rowCount, IReadOnlyList<Metric> metrics)
    {
        var json = new JsonObject { ["rows"] = rowCount };
        foreach (var metric in metrics)
            json[metric.Key] = Number(metric.Value);
        if (metrics.Any(m => m.Remark is not null))
            json["remarks"] = new JsonObject(
                [.. metrics.Where(m => m.Remark is not null)
                    .Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Remark))]);
        return json;
    }

    private static string Text(Metric metric)
    {
        var value = double.IsNaN(metric.Value) ? "not defined" : $"{metric.Value:G6}";
        return metric.Remark is null ? value : $"{value} ({metric.Remark})";
    }

    /// <summary>JSON has no NaN: null stands for it, as for R² when every label is the same.</summary>
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
