using Alice.ML.Models.Networks;

namespace Alice.ML.Models.Onnx;

/// <summary>The columns of a regression model as ONNX nodes.</summary>
internal static class OnnxRegression
{
    /// <summary>The first operator set whose TopK finds the least.</summary>
    public const int MinimumOperatorSetOfQuantiles = 11;

    /// <summary>The variables to define.</summary>
    /// <param name="Score">[batch, labels].</param>
    /// <param name="StandardDeviation">[batch, labels]; null for none.</param>
    /// <param name="Quantiles">[batch, labels · quantiles]; null where the scores are the only outputs of the
    /// networks.</param>
    internal readonly record struct Outputs(string Score, string? StandardDeviation, string? Quantiles);

    /// <summary>Adds the nodes that compute the outputs from the features.</summary>
    /// <param name="ensemble">The networks: outputs are scores, then the quantiles of each label.</param>
    /// <param name="graph">Where to add the nodes.</param>
    /// <param name="features">[batch, features].</param>
    /// <param name="outputs">What to define.</param>
    /// <param name="labels">How many scores there are.</param>
    public static void Write(
        NetworkEnsemble ensemble, IOnnxGraph graph, string features, Outputs outputs, int labels = 1)
    {
        var all = outputs.Quantiles is null ? outputs.Score : graph.AddVariable("outputs");
        var members = OnnxEnsemble.Write(ensemble, graph, features, all);
        if (outputs.Quantiles is not null)
        {
            Pick(graph, all, 0, labels, outputs.Score);
            AddQuantiles(graph, all, labels, ensemble.OutputCount / labels - 1, outputs.Quantiles);
        }
        if (outputs.StandardDeviation is not null)
            AddStandardDeviation(graph, members, all, labels, outputs.StandardDeviation);
    }

    private static void AddQuantiles(IOnnxGraph graph, string all, int labels, int count, string output)
    {
        var sorted = new string[labels];
        for (var label = 0; label < labels; label++)
        {
            sorted[label] = labels == 1 ? output : graph.AddVariable("ascending");
            var crossing = graph.AddVariable("crossing");
            Pick(graph, all, labels + label * count, count, crossing);
            graph.AddNode("TopK", [crossing, graph.AddIndices("count", [count])],
                [sorted[label], graph.AddVariable("order")], ("axis", 1), ("largest", 0), ("sorted", 1));
        }
        if (labels > 1)
            graph.AddNode("Concat", sorted, [output], ("axis", 1));
    }

    private static void AddStandardDeviation(
        IOnnxGraph graph, string[] members, string mean, int labels, string output)
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
        Pick(graph, deviations, 0, labels, output);
    }

    private static void Pick(IOnnxGraph graph, string matrix, int first, int count, string output) =>
        graph.AddNode("Gather",
            [matrix, graph.AddIndices("columns", [.. Enumerable.Range(first, count).Select(column => (long)column)])],
            [output], ("axis", 1));
}
