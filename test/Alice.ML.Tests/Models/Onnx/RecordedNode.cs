using Alice.ML.Models.Onnx;
using Microsoft.ML.Model.OnnxConverter;

namespace Alice.ML.Tests.Models.Onnx;

internal sealed class RecordedNode(string operation, string[] inputs, string[] outputs, string name, string domain) : OnnxNode
{
    private readonly List<(string Name, long Value)> _attributes = [];

    public string Operation => operation;

    public ProtoMessage ToMessage() =>
        OnnxModel.Node(name, operation, inputs, outputs, [.. _attributes]).Add(7, domain);

    public override void AddAttribute(string argName, long value) => _attributes.Add((argName, value));

    // The scorer's threshold; 0 is its default in ONNX.
    public override void AddAttribute(string argName, double value)
    {
        if (value != 0)
            throw new NotSupportedException();
    }

    public override void AddAttribute(string argName, Type t) => _attributes.Add((argName, (long)(t switch
    {
        _ when t == typeof(float) => OnnxType.Float,
        _ when t == typeof(bool) => OnnxType.Bool,
        _ when t == typeof(uint) => OnnxType.UInt32,
        _ => throw new NotSupportedException($"{t}"),
    })));

    public override void AddAttribute(string argName, ReadOnlyMemory<char> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, string value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, bool value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<double> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<float> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<long> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<ReadOnlyMemory<char>> value) =>
        throw new NotSupportedException();

    public override void AddAttribute(string argName, string[] value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<string> value) => throw new NotSupportedException();

    public override void AddAttribute(string argName, IEnumerable<bool> value) => throw new NotSupportedException();
}
