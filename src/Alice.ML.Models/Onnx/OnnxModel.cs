using System.Buffers.Binary;

namespace Alice.ML.Models.Onnx;

/// <summary>The element types of ONNX (TensorProto.DataType) that we use.</summary>
internal enum OnnxType
{
    Float = 1,
    Int64 = 7,
    Bool = 9,
    UInt32 = 12,
}

/// <summary>An ONNX model file under construction.</summary>
/// <remarks>
/// The messages and their field numbers, from onnx.proto of the ONNX project:
/// <code>
/// ModelProto      1 ir_version   2 producer_name   7 graph        8 opset_import
/// OperatorSetId   1 domain       2 version
/// GraphProto      1 node         2 name            5 initializer  11 input   12 output
/// NodeProto       1 input        2 output          3 name         4 op_type  5 attribute
/// AttributeProto  1 name         3 i               20 type
/// TensorProto     1 dims         2 data_type       8 name         9 raw_data (little-endian)
/// ValueInfoProto  1 name         2 type
/// TypeProto       1 tensor_type: 1 elem_type, 2 shape: 1 dim: 1 dim_value or 2 dim_param
/// </code>
/// </remarks>
internal sealed class OnnxModel(string name) : IOnnxGraph
{
    public const string Features = "features";
    public const string Score = "score";
    public const string Probability = "probability";
    public const string Label = "label";
    public const string StandardDeviation = "scoreStandardDeviation";
    public const string Quantiles = "quantiles";

    private const int IrVersion = 8;
    private const int OperatorSet = 13;
    private const int IntegerAttribute = 2;

    private readonly ProtoMessage _graph = new();
    private readonly HashSet<string> _names = [Features, Score, Probability, Label, StandardDeviation, Quantiles];
    private int _nodes;

    public string AddVariable(string name)
    {
        var free = name;
        for (var i = 2; !_names.Add(free); i++)
            free = $"{name}_{i}";
        return free;
    }

    public string AddConstant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var bytes = new byte[checked(values.Length * sizeof(float))];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return AddTensor(name, OnnxType.Float, bytes, shape);
    }

    public string AddIndices(string name, ReadOnlySpan<long> values)
    {
        var bytes = new byte[checked(values.Length * sizeof(long))];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return AddTensor(name, OnnxType.Int64, bytes, [values.Length]);
    }

    public void AddNode(
        string operation,
        string[] inputs,
        string[] outputs,
        params ReadOnlySpan<(string Name, long Value)> attributes) =>
        _graph.Add(1, Node($"{operation}{++_nodes}", operation, inputs, outputs, attributes));

    /// <summary>An input, float [batch, width].</summary>
    public void AddInput(string name, int width) => _graph.Add(11, Value(name, OnnxType.Float, width));

    /// <summary>An output [batch], or [batch, width].</summary>
    public void AddOutput(string name, OnnxType type, int? width = null) => _graph.Add(12, Value(name, type, width));

    public void WriteTo(Stream stream)
    {
        var model = new ProtoMessage()
            .Add(1, IrVersion)
            .Add(2, "Alice.ML")
            .Add(7, _graph.Add(2, name))
            .Add(8, new ProtoMessage().Add(1, "").Add(2, OperatorSet));
        stream.Write(model.ToMemory().Span);
    }

    internal static ProtoMessage Node(
        string name,
        string operation,
        IEnumerable<string> inputs,
        IEnumerable<string> outputs,
        ReadOnlySpan<(string Name, long Value)> attributes)
    {
        var node = new ProtoMessage().Add(3, name).Add(4, operation);
        foreach (var input in inputs)
            node.Add(1, input);
        foreach (var output in outputs)
            node.Add(2, output);
        foreach (var (key, value) in attributes)
            node.Add(5, new ProtoMessage().Add(1, key).Add(3, value).Add(20, IntegerAttribute));
        return node;
    }

    internal static ProtoMessage Tensor(string name, OnnxType type, byte[] values, ReadOnlySpan<long> shape)
    {
        var tensor = new ProtoMessage().Add(2, (long)type).Add(8, name).Add(9, values);
        foreach (var size in shape)
            tensor.Add(1, size);
        return tensor;
    }

    internal static ProtoMessage Value(string name, OnnxType type, int? width)
    {
        var shape = new ProtoMessage().Add(1, new ProtoMessage().Add(2, "batch"));
        if (width is { } size)
            shape.Add(1, new ProtoMessage().Add(1, size));
        var tensor = new ProtoMessage().Add(1, (long)type).Add(2, shape);
        return new ProtoMessage().Add(1, name).Add(2, new ProtoMessage().Add(1, tensor));
    }

    private string AddTensor(string name, OnnxType type, byte[] values, ReadOnlySpan<long> shape)
    {
        var constant = AddVariable(name);
        _graph.Add(5, Tensor(constant, type, values, shape));
        return constant;
    }
}
