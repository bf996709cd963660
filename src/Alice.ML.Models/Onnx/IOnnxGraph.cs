namespace Alice.ML.Models.Onnx;

/// <summary>The graph that a network is written to: its own model, or ML.NET's model of a pipeline.</summary>
internal interface IOnnxGraph
{
    /// <summary>Adds a variable.</summary>
    /// <param name="name">The name, if it is free.</param>
    /// <returns>The name that was used.</returns>
    string AddVariable(string name);

    /// <summary>Adds a constant tensor.</summary>
    /// <param name="name">The name, if it is free.</param>
    /// <param name="values">The values in row-major order.</param>
    /// <param name="shape">The shape. Empty for a scalar.</param>
    /// <returns>The name that was used.</returns>
    string AddConstant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape);

    /// <summary>Adds a constant vector of integers.</summary>
    /// <param name="name">The name, if it is free.</param>
    /// <param name="values">Its elements.</param>
    /// <returns>The name that was used.</returns>
    string AddIndices(string name, ReadOnlySpan<long> values);

    /// <summary>Adds a node: outputs = operation(inputs).</summary>
    void AddNode(
        string operation, string[] inputs, string[] outputs, params ReadOnlySpan<(string Name, long Value)> attributes);
}
