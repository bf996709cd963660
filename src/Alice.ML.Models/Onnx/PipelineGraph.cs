using Microsoft.ML.Model.OnnxConverter;

namespace Alice.ML.Models.Onnx;

/// <summary>The model that ML.NET's ConvertToOnnx builds from a pipeline.</summary>
internal sealed class PipelineGraph(OnnxContext context) : IOnnxGraph
{
    // ML.NET loses a column if a variable has its name.
    private const string Prefix = "Alice_";

    // The type is null because the runtime infers it.
    public string AddVariable(string name) => context.AddIntermediateVariable(null, Prefix + name, skip: true);

    public string AddConstant(string name, long value) => context.AddInitializer(value, Prefix + name);

    public string AddConstant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        shape.IsEmpty
            ? context.AddInitializer(values[0], Prefix + name)
            : context.AddInitializer(values.ToArray(), shape.ToArray(), Prefix + name);

    public string AddIndices(string name, ReadOnlySpan<long> values) =>
        context.AddInitializer(values.ToArray(), [values.Length], Prefix + name);

    public void AddNode(
        string operation, string[] inputs, string[] outputs, params ReadOnlySpan<(string Name, long Value)> attributes)
    {
        // Without a domain, ML.NET uses that of its own operators, ai.onnx.ml.
        var node = context.CreateNode(operation, inputs, outputs, context.GetNodeName(operation), domain: "");
        foreach (var (name, value) in attributes)
            node.AddAttribute(name, value);
    }
}
