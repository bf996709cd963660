namespace Alice.ML.Models.Onnx;

/// <summary>What a network is written to: a model of its own, or ML.NET's model of a whole pipeline.</summary>
internal interface IOnnxGraph
{
    /// <summary>A new variable.</summary>
    /// <param name="name">What to call it, if that name is free.</param>
    /// <returns>Its name.</returns>
    string AddVariable(string name);

    /// <summary>A new tensor of constants.</summary>
    /// <param name="name">What to call it, if that name is free.</param>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Nothing for a scalar.</param>
    /// <returns>Its name.</returns>
    string AddConstant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape);

    /// <summary>A new vector of constant integers.</summary>
    /// <param name="name">What to call it, if that name is free.</param>
    /// <param name="values">Its elements.</param>
    /// <returns>Its name.</returns>
    string AddIndices(string name, ReadOnlySpan<long> values);

    /// <summary>outputs = operation(inputs).</summary>
    void AddNode(
        string operation, string[] inputs, string[] outputs, params ReadOnlySpan<(string Name, long Value)> attributes);
}
