namespace Alice.ML.Models.Onnx;

/// <summary>The columns of a regression model as ONNX nodes.</summary>
internal static class OnnxRegression
{
    /// <summary>The first operator set whose TopK finds the least.</summary>
    public const int MinimumOperatorSetOfQuantiles = 11;

    /// <summary>The variables to define.</summary>
    /// <param name="Score">[batch, 1].</param>
    /// <param name="StandardDeviation">[batch, 1]; null for none.</param>
    /// <param name="Quantiles">[batch, quantiles]; null where the score is the only output of the networks.</param>
    internal readonly record struct Outputs(string Score, string? StandardDeviation, string? Quantiles);

    /// <summary>Adds the nodes that compute the outputs from the features.</summary>
    public static void Write(NetworkEnsemble ensemble, IOnnxGraph graph, string features, Outputs outputs)
    {
        var all = outputs.Quantiles is null ? outputs.Score : graph.AddVariable("outputs");
        var members = OnnxEnsemble.Write(ensemble, graph, features, all);
        if (outputs.Quantiles is not null)
        {
            Pick(graph, all, [0], outputs.Score);
            var crossing = graph.AddVariable("crossing");
            var count = ensemble.OutputCount - 1;
            Pick(graph, all, [.. Enumerable.Range(1, count).Select(q => (long)q)], crossing);
            graph.AddNode("TopK", [crossing, graph.AddIndices("count", [count])],
                [outputs.Quantiles, graph.AddVariable("order")], ("axis", 1), ("largest", 0), ("sorted", 1));
        }
        if (outputs.StandardDeviation is not null)
            AddStandardDeviation(graph, members, all, outputs.StandardDeviation);
    }

    private static void AddStandardDeviation(IOnnxGraph graph, string[] members, string mean, string output)
    {
        var squares = Array.ConvertAll(members, member =>
        {
            var difference = graph.AddVariable("difference");
            graph.AddNode("Sub", [member, mean], [difference]);
            var square = graph.AddVariable("square");
            graph.AddNode("Mul", [difference, difference], [square]);
            return square;
        });
        var sum = graph.AddVariable("squares");
        graph.AddNode("Sum", squares, [sum]);
        var variance = graph.AddVariable("variance");
        graph.AddNode("Div", [sum, graph.AddConstant("degrees", [members.Length - 1f])], [variance]);
        var deviations = graph.AddVariable("deviations");
        graph.AddNode("Sqrt", [variance], [deviations]);
        Pick(graph, deviations, [0], output);
    }

    private static void Pick(IOnnxGraph graph, string matrix, ReadOnlySpan<long> columns, string output) =>
        graph.AddNode("Gather", [matrix, graph.AddIndices("columns", columns)], [output], ("axis", 1));
}
