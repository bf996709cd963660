using Alice.ML.Models.Onnx;
using Microsoft.ML.Model.OnnxConverter;
using static Alice.ML.Models.Onnx.TensorProto.Types;

namespace Alice.ML.Tests.Models.Onnx;

internal sealed class RecordedNode(string operation, string[] inputs, string[] outputs, string name, string domain)
    : OnnxNode
{
    private readonly List<(string Name, long Value)> _integers = [];
    private readonly List<AttributeProto> _floats = [];

    public string Operation => operation;

    public NodeProto ToMessage()
    {
        var node = OnnxModel.Node(name, operation, inputs, outputs, [.. _integers]);
        node.Domain = domain;
        node.Attribute.Add(_floats);
        return node;
    }

    public override void AddAttribute(string argName, long value) => _integers.Add((argName, value));

    public override void AddAttribute(string argName, IEnumerable<float> value) => _floats.Add(new AttributeProto
    {
        Name = argName,
        Floats = { value },
        Type = AttributeProto.Types.AttributeType.Floats,
    });

    // The scorer's threshold; 0 is its default in ONNX.
    public override void AddAttribute(string argName, double value)
    {
        if (value != 0)
            throw new NotSupportedException();
    }

    public override void AddAttribute(string argName, Type t) => _integers.Add((argName, (long)(t switch
    {
        _ when t == typeof(float) => DataType.Float,
        _ when t == typeof(bool) => DataType.Bool,
        _ when t == typeof(uint) => DataType.Uint32,
        _ => throw new NotSupportedException($"{t}"),
    })));

    public override void AddAttribute(string argName, ReadOnlyMemory<char> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, string value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, bool value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<double> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<long> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<ReadOnlyMemory<char>> value) =>
        throw new NotSupportedException();

    public override void AddAttribute(string argName, string[] value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<string> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<bool> value) => throw new NotSupportedException();
}
