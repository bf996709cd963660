using Alice.ML.Models.Inputs;

namespace Alice.ML.Models.Onnx;

/// <summary>A <see cref="FeaturePreparation"/> as ONNX nodes.</summary>
internal static class OnnxPreparation
{
    /// <summary>Adds the nodes that prepare the features.</summary>
    /// <param name="preparation">What to write.</param>
    /// <param name="graph">Where to add them.</param>
    /// <param name="features">A variable [batch, features].</param>
    /// <returns>A variable [batch, prepared features].</returns>
    public static string Write(FeaturePreparation preparation, IOnnxGraph graph, string features)
    {
        var all = preparation.Features;
        var shifted = Apply(graph, "Sub", "shifted", features,
            Constant(graph, "centres", [.. all.Select(feature => feature.Center)]));
        var scaled = Apply(graph, "Mul", "scaled", shifted,
            Constant(graph, "scales", [.. all.Select(feature => feature.Scale)]));
        var isMissing = Apply(graph, "IsNaN", "isMissing", scaled);
        var filled = Apply(graph, "Where", "filled", isMissing, Constant(graph, "zero", [0]), scaled);
        var held = graph.AddVariable("prepared");
        Hold(graph, filled, held, [.. all.Select(feature => feature.Lower)], [.. all.Select(feature => feature.Upper)],
            preparation.Widths.ToArray());
        if (preparation.Indicators.IsEmpty)
            return held;

        var picked = graph.AddVariable("picked");
        var columns = graph.AddIndices("columns", [.. preparation.Indicators.ToArray().Select(column => (long)column)]);
        graph.AddNode("Gather", [features, columns], [picked], ("axis", 1));
        var indicators = Apply(graph, "Where", "indicators", Apply(graph, "IsNaN", "isMissing", picked),
            Constant(graph, "one", [1]),
            Constant(graph, "zero", [0]));
        var prepared = graph.AddVariable("prepared");
        graph.AddNode("Concat", [held, indicators], [prepared], ("axis", 1));
        return prepared;
    }

    /// <summary>Adds the nodes that hold values near a range: beyond a bound, an excess t becomes t·w/(t +
    /// w).</summary>
    public static void Hold(IOnnxGraph graph, string values, string held, float[] lower, float[] upper, float[] widths)
    {
        var (least, most, width) =
            (Constant(graph, "lower", lower), Constant(graph, "upper", upper), Constant(graph, "widths", widths));
        var inside = Apply(graph, "Min", "inside", Apply(graph, "Max", "inside", values, least), most);
        var above = Excess(Apply(graph, "Sub", "beyond", values, most));
        var below = Excess(Apply(graph, "Sub", "beyond", least, values));
        graph.AddNode("Sub", [Apply(graph, "Add", "held", inside, above), below], [held]);

        string Excess(string beyond)
        {
            // An infinite excess would give infinity over infinity.
            var t = Apply(graph, "Max", "excess", beyond, Constant(graph, "zero", [0]));
            t = Apply(graph, "Min", "excess", t, Constant(graph, "most", [FeaturePreparation.MostExcess]));
            return Apply(graph, "Div", "excess", Apply(graph, "Mul", "excess", t, width),
                Apply(graph, "Add", "excess", t, width));
        }
    }

    private static string Constant(IOnnxGraph graph, string name, float[] values) =>
        graph.AddConstant(name, values, values.Length);

    private static string Apply(IOnnxGraph graph, string operation, string name, params string[] inputs)
    {
        var output = graph.AddVariable(name);
        graph.AddNode(operation, inputs, [output]);
        return output;
    }
}
