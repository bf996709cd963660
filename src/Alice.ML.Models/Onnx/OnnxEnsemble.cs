using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;

namespace Alice.ML.Models.Onnx;

/// <summary>An ensemble of networks as ONNX nodes.</summary>
internal static class OnnxEnsemble
{
    /// <summary>The first operator set that has Erf.</summary>
    public const int MinimumOperatorSet = 9;

    /// <summary>Adds the nodes that compute the mean of the outputs from the features.</summary>
    /// <param name="ensemble">The networks.</param>
    /// <param name="graph">Where to add them.</param>
    /// <param name="features">A variable [batch, inputs].</param>
    /// <param name="outputs">The variable to define, [batch, outputs].</param>
    /// <returns>For each network the variable of its own outputs.</returns>
    public static string[] Write(NetworkEnsemble ensemble, IOnnxGraph graph, string features, string outputs)
    {
        if (ensemble.Preparation is { } preparation)
            features = OnnxPreparation.Write(preparation, graph, features);
        if (ensemble.Members.Count == 1)
        {
            Write(ensemble.Members[0], ensemble.Range, graph, features, outputs);
            return [outputs];
        }
        var members = new string[ensemble.Members.Count];
        for (var m = 0; m < members.Length; m++)
        {
            members[m] = graph.AddVariable($"member{m + 1}");
            Write(ensemble.Members[m], ensemble.Range, graph, features, members[m]);
        }
        graph.AddNode("Mean", members, [outputs]);
        return members;
    }

    private static void Write(
        EnsembleMember member, OutputRanges? range, IOnnxGraph graph, string features, string outputs)
    {
        if (range is not null)
        {
            var free = graph.AddVariable("free");
            Write(member, null, graph, features, free);
            OnnxPreparation.Hold(graph, free, outputs, range.Select(r => r.Lower), range.Select(r => r.Upper),
                range.Select(r => (float)r.Width));
            return;
        }
        var network = member.Network;
        var layers = AliceLayer.ListOf(network);
        var current = member.Encoder is null ? features : AddEncoder(member.Encoder, graph, features);
        for (var l = 0; l < layers.Length; l++)
        {
            var (layer, isLast) = (layers[l], l == layers.Length - 1);
            var weights = graph.AddConstant(
                $"weights{l + 1}", layer.Weights.Span, layer.InputCount, layer.OutputCount);
            var biases = graph.AddConstant($"biases{l + 1}", layer.Biases.Span, layer.OutputCount);
            var sums = isLast && network.OutputTransform == OutputTransform.Identity
                ? outputs
                : graph.AddVariable($"sums{l + 1}");
            graph.AddNode("Gemm", [current, weights, biases], [sums]);
            current = isLast ? sums : AddActivation(network.Activation, graph, sums, $"units{l + 1}");
        }
        if (network.OutputTransform == OutputTransform.Exponential)
            graph.AddNode("Exp", [current], [outputs]);
        else if (network.OutputTransform == OutputTransform.Softmax)
            graph.AddNode("Softmax", [current], [outputs], ("axis", 1));
    }

    // Every number in the place of each of its features, then the differences, scaled and clamped.
    private static string AddEncoder(PiecewiseLinearEncoder encoder, IOnnxGraph graph, string features)
    {
        var columns = new List<long>();
        for (var c = 0; c < encoder.InputCount; c++)
            columns.AddRange(Enumerable.Repeat((long)c, encoder.Range(c).End - encoder.Range(c).Number));
        var current = graph.AddVariable("spread");
        graph.AddNode("Gather", [features, graph.AddIndices("columns", [.. columns])], [current], ("axis", 1));
        Apply("Sub", "shifts", encoder.Shifts);
        Apply("Mul", "scales", encoder.Scales);
        Apply("Max", "lower", encoder.Lower);
        Apply("Min", "upper", encoder.Upper);
        return current;

        void Apply(string operation, string name, ReadOnlySpan<float> operand)
        {
            var output = graph.AddVariable("encoded");
            graph.AddNode(operation, [current, graph.AddConstant(name, operand, operand.Length)], [output]);
            current = output;
        }
    }

    private static string AddActivation(Activation activation, IOnnxGraph graph, string x, string name)
    {
        switch (activation)
        {
            case Activation.ReLU:
                return Apply("Relu", x);
            case Activation.Tanh:
                return Apply("Tanh", x);
            case Activation.SiLU:
                return Apply("Mul", x, Apply("Sigmoid", x));
            case Activation.GELU:
                // ½ x (1 + erf(x/√2))
                var erf = Apply("Erf", Apply("Mul", x, graph.AddConstant("rootHalf", [MathF.Sqrt(0.5f)])));
                var twice = Apply("Mul", x, Apply("Add", erf, graph.AddConstant("one", [1])));
                return Apply("Mul", twice, graph.AddConstant("half", [0.5f]));
            default:
                throw new NotSupportedException($"Activation {activation} has no ONNX form.");
        }

        string Apply(string operation, params string[] inputs)
        {
            var output = graph.AddVariable(name);
            graph.AddNode(operation, inputs, [output]);
            return output;
        }
    }
}
