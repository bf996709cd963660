using System.Buffers.Binary;
using Google.Protobuf;
using static Alice.ML.Models.Onnx.TensorProto.Types;

namespace Alice.ML.Models.Onnx;

/// <summary>Builds an ONNX model file, with the messages of onnx.proto.</summary>
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

    private readonly GraphProto _graph = new() { Name = name };
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
        return AddTensor(name, DataType.Float, bytes, shape);
    }

    public string AddIndices(string name, ReadOnlySpan<long> values)
    {
        var bytes = new byte[checked(values.Length * sizeof(long))];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return AddTensor(name, DataType.Int64, bytes, [values.Length]);
    }

    public void AddNode(
        string operation,
        string[] inputs,
        string[] outputs,
        params ReadOnlySpan<(string Name, long Value)> attributes) =>
            _graph.Node.Add(Node($"{operation}{++_nodes}", operation, inputs, outputs, attributes));

    /// <summary>Adds an input, float [batch, width].</summary>
    public void AddInput(string name, int width) => _graph.Input.Add(Value(name, DataType.Float, width));

    /// <summary>Adds an output [batch] or [batch, width].</summary>
    public void AddOutput(string name, DataType type, int? width = null) => _graph.Output.Add(Value(name, type, width));

    public void WriteTo(Stream stream) => new ModelProto
    {
        IrVersion = IrVersion,
        ProducerName = "Alice.ML",
        Graph = _graph,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OperatorSet } },
    }.WriteTo(stream);

    internal static NodeProto Node(
        string name,
        string operation,
        IEnumerable<string> inputs,
        IEnumerable<string> outputs,
        ReadOnlySpan<(string Name, long Value)> attributes)
    {
        var node = new NodeProto { Name = name, OpType = operation, Input = { inputs }, Output = { outputs } };
        foreach (var (key, value) in attributes)
            node.Attribute.Add(
                new AttributeProto { Name = key, I = value, Type = AttributeProto.Types.AttributeType.Int });
        return node;
    }

    internal static TensorProto Tensor(string name, DataType type, byte[] values, ReadOnlySpan<long> shape) =>
        new()
        {
            Name = name,
            DataType = type,
            RawData = UnsafeByteOperations.UnsafeWrap(values),
            Dims = { shape.ToArray() }
        };

    internal static ValueInfoProto Value(string name, DataType type, int? width)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" } } };
        if (width is { } size)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } }
        };
    }

    private string AddTensor(string name, DataType type, byte[] values, ReadOnlySpan<long> shape)
    {
        var constant = AddVariable(name);
        _graph.Initializer.Add(Tensor(constant, type, values, shape));
        return constant;
    }
}
