namespace Alice.ML.Models.Onnx;

/// <summary>A network as ONNX nodes.</summary>
internal static class OnnxNetwork
{
    /// <summary>The first operator set that has Erf.</summary>
    public const int MinimumOperatorSet = 9;

    /// <summary>Adds the nodes that compute the outputs from the features.</summary>
    /// <param name="ensemble">The networks.</param>
    /// <param name="graph">Where to add them.</param>
    /// <param name="features">A variable [batch, inputs].</param>
    /// <param name="outputs">The variable to define, [batch, outputs].</param>
    public static void Write(NetworkEnsemble ensemble, IOnnxGraph graph, string features, string outputs) =>
        Write(ensemble.Members[0].Network, graph, features, outputs);

    private static void Write(DenseNetwork network, IOnnxGraph graph, string features, string outputs)
    {
        var layers = AliceLayer.ListOf(network);
        var current = features;
        for (var l = 0; l < layers.Length; l++)
        {
            var (layer, isLast) = (layers[l], l == layers.Length - 1);
            var weights = graph.AddConstant(
                $"weights{l + 1}", layer.Weights.Span, layer.InputCount, layer.OutputCount);
            var biases = graph.AddConstant($"biases{l + 1}", layer.Biases.Span, layer.OutputCount);
            var sums = isLast && network.OutputTransform == OutputTransform.Identity
                ? outputs
                : graph.AddVariable($"sums{l + 1}");
            graph.AddNode("Gemm", [current, weights, biases], sums);
            current = isLast ? sums : AddActivation(network.Activation, graph, sums, $"units{l + 1}");
        }
        if (network.OutputTransform == OutputTransform.Exponential)
            graph.AddNode("Exp", [current], outputs);
        else if (network.OutputTransform == OutputTransform.Softmax)
            graph.AddNode("Softmax", [current], outputs, ("axis", 1));
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
            graph.AddNode(operation, inputs, output);
            return output;
        }
    }
}
