using System.Text.Json.Nodes;
using Alice.ML.Tool.Modelling;

namespace Alice.ML.Tool.Reporting;

/// <summary>Prints metrics, one 'name: value' per line or as one JSON object.</summary>
internal static class MetricsReport
{
    /// <summary>Prints the metrics of a set of rows.</summary>
    /// <param name="output">Receives the text.</param>
    /// <param name="set">Prefix of each line, such as test.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="metrics">The metrics.</param>
    /// <param name="json">Null for lines. Otherwise the object to print, to which the metrics are added.</param>
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

    /// <summary>The number of rows and the metrics as JSON.</summary>
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

    /// <summary>JSON has no NaN, so undefined metrics are null.</summary>
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
