using Alice.ML.Models.Onnx;
using Google.Protobuf;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using static Alice.ML.Models.Onnx.TensorProto.Types;

namespace Alice.ML.Tests.Models.Onnx;

/// <summary>
/// Stands in for the OnnxContext of Microsoft.ML.OnnxConverter: records what a pipeline writes, and makes an ONNX model
/// of it. As there, a null domain is that of ML.NET's operators.
/// </summary>
internal sealed class RecordingOnnxContext(int operatorSet) : OnnxContext
{
    private const int IrVersion = 7;

    private readonly GraphProto _graph = new() { Name = "pipeline" };
    private readonly List<RecordedNode> _nodes = [];
    private readonly Dictionary<string, string> _variableOfColumn = [];
    private readonly HashSet<string> _variables = [];
    private readonly HashSet<string> _nodeNames = [];

    public IEnumerable<string> Operations => _nodes.Select(node => node.Operation);

    public void AddInput(string column, int width) =>
        _graph.Input.Add(OnnxModel.Value(AddVariable(column), DataType.Float, width));

    public byte[] Finish(params (string Column, DataType Type, int Width)[] outputs)
    {
        foreach (var node in _nodes)
            _graph.Node.Add(node.ToMessage());
        foreach (var (column, type, width) in outputs)
            _graph.Output.Add(OnnxModel.Value(GetVariableName(column), type, width));
        return new ModelProto
        {
            IrVersion = IrVersion,
            Graph = _graph,
            OpsetImport =
            {
                new OperatorSetIdProto { Domain = "", Version = operatorSet },
                    new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 2 },
            },
        }.ToByteArray();
    }

    public override string GetNodeName(string prefix) => Unique(prefix, _nodeNames);

    public override bool IsVariableDefined(string variableName) => _variables.Contains(variableName);

    public override bool ContainsColumn(string colName) => _variableOfColumn.ContainsKey(colName);

    public override string GetVariableName(string colName) => _variableOfColumn[colName];

    public override string AddIntermediateVariable(DataViewType type, string colName, bool skip = false) =>
        AddVariable(colName);

    public override void CheckOpSetVersion(int thisTransformerMinumumOpSetVersion, string registerTransformerName)
    {
        if (operatorSet < thisTransformerMinumumOpSetVersion)
            throw new NotSupportedException($"{registerTransformerName}: {thisTransformerMinumumOpSetVersion}");
    }

    public override OnnxNode CreateNode(
        string opType, IEnumerable<string> inputs, IEnumerable<string> outputs, string name, string? domain = null)
    {
        var node = new RecordedNode(opType, [.. inputs], [.. outputs], name, domain ?? "ai.onnx.ml");
        _nodes.Add(node);
        return node;
    }

    public override OnnxVersion GetOnnxVersion() => OnnxVersion.Stable;

    public override List<long>? RetrieveShapeOrNull(string variableName) => null;

    public override string AddInitializer(float value, string? name = null, bool makeUniqueName = true) =>
        AddTensor(name, DataType.Float, BitConverter.GetBytes(value), []);

    public override string AddInitializer(long value, string? name = null, bool makeUniqueName = true) =>
        AddTensor(name, DataType.Int64, BitConverter.GetBytes(value), []);

    public override string AddInitializer(
        IEnumerable<float> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) =>
            AddTensor(name, DataType.Float, [.. values.SelectMany(BitConverter.GetBytes)], [.. dims]);

    // What the pipelines of the tests do not use.
    public override void RemoveColumn(string colName, bool removeVariable = false) => throw new NotSupportedException();

    public override void RemoveVariable(string variableName, bool removeColumn) => throw new NotSupportedException();

    public override void RemoveInputVariable(string variableName) => throw new NotSupportedException();

    public override string AddInitializer(bool value, string? name = null, bool makeUniqueName = true) =>
        throw new NotSupportedException();

    public override string AddInitializer(int value, Type type, string? name = null, bool makeUniqueName = true) =>
        throw new NotSupportedException();

    public override string AddInitializer(string value, string? name = null, bool makeUniqueName = true) =>
        throw new NotSupportedException();

    public override string AddInitializer(double value, string? name = null, bool makeUniqueName = true) =>
        throw new NotSupportedException();

    public override string AddInitializer(
        ulong value, bool isUint64, string? name = null, bool makeUniqueName = true) =>
            throw new NotSupportedException();

    public override string AddInitializer(
        IEnumerable<bool> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) =>
            throw new NotSupportedException();

    public override string AddInitializer(
        IEnumerable<int> values, Type type, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) =>
            throw new NotSupportedException();

    public override string AddInitializer(
        IEnumerable<string> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) =>
            throw new NotSupportedException();

    public override string AddInitializer(
        IEnumerable<long> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) =>
            AddTensor(name, DataType.Int64, [.. values.SelectMany(BitConverter.GetBytes)], [.. dims]);

    public override string AddInitializer(
        IEnumerable<double> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) =>
            throw new NotSupportedException();

    public override string AddInitializer(
        IEnumerable<ulong> values, bool isUint64, IEnumerable<long> dims, string? name = null,
        bool makeUniqueName = true) => throw new NotSupportedException();

    private string AddTensor(string? name, DataType type, byte[] values, long[] shape)
    {
        var variable = AddVariable(name ?? "constant");
        _graph.Initializer.Add(OnnxModel.Tensor(variable, type, values, shape));
        return variable;
    }

    private string AddVariable(string column) => _variableOfColumn[column] = Unique(column, _variables);

    private static string Unique(string prefix, HashSet<string> taken)
    {
        var name = prefix;
        for (var i = 0; !taken.Add(name); i++)
            name = $"{prefix}{i}";
        return name;
    }
}
