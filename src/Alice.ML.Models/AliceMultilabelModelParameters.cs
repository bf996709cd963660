using Alice.ML.Models;
using Alice.ML.Models.Explaining;
using Alice.ML.Models.Networks;
using Alice.ML.Models.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceMultilabelModelParameters), null, typeof(SignatureLoadModel),
    "Alice Multilabel Model", AliceMultilabelModelParameters.LoaderSignature)]

namespace Alice.ML.Models;

/// <summary>Trained networks for multi-label classification. For each label they map a vector of features to the
/// log-odds ln(p / (1 − p)), where p is the probability that the label is true. A positive score predicts
/// true.</summary>
/// <inheritdoc/>
public sealed class AliceMultilabelModelParameters : AliceModelParameters<VBuffer<float>>, IBindableCanSaveOnnx
{
    internal const string LoaderSignature = "AliceMultilabelModel";

    private const string Kind = "ALICE ML";

    private readonly MultilabelColumns _columns;

    /// <param name="env">The host.</param>
    /// <param name="ensemble">An output for each label.</param>
    /// <param name="labels">Names of the labels.</param>
    /// <exception cref="ArgumentException">An ensemble of other outputs.</exception>
    internal AliceMultilabelModelParameters(
        IHostEnvironment env, NetworkEnsemble ensemble, IReadOnlyList<string> labels)
        : base(env, LoaderSignature, ensemble, networks => Misfit(networks, labels.Count))
    {
        Labels = labels;
        _columns = new MultilabelColumns(labels);
    }

    private AliceMultilabelModelParameters(IHostEnvironment env, ModelLoadContext ctx)
        : base(env, LoaderSignature, ctx, networks => Misfit(networks, networks.OutputCount))
    {
        Labels = LabelNames.Load(ctx.Reader, Ensemble.OutputCount);
        if (Misfit(Ensemble, Labels.Count) is { } why)
            throw new FormatException(why);
        _columns = new MultilabelColumns(Labels);
    }

    /// <summary>Reads only the model from a file that <c>mlContext.Model.Save</c> has written. Use it for files from
    /// untrusted sources: it loads no type or assembly that the file names, and does not read the rest of the pipeline.
    /// To score rows, call <see cref="AliceModelParameters{TOutput}.Score"/>.</summary>
    /// <param name="stream">The .zip file, positioned at its start. It stays open.</param>
    /// <param name="maximumBytes">Maximum size of the unpacked networks in bytes, above 0. Reading takes about twice
    /// that much memory. Default 1 GiB.</param>
    /// <exception cref="FormatException">The file holds no model of this kind or more than one, is damaged, or is too
    /// large. The message says which.</exception>
    public static AliceMultilabelModelParameters Read(Stream stream, long maximumBytes = DefaultMaximumBytes) =>
        ModelFileReader.Read(stream, maximumBytes, Kind, "multi-label model", (reader, bytes, _) =>
        {
            var ensemble = NetworkEnsemble.Load(reader, bytes);
            return new AliceMultilabelModelParameters(
                new MLContext(), ensemble, LabelNames.Load(reader, ensemble.OutputCount));
        });

    // Called by ML.NET's loader, which finds it by its name.
    internal static AliceMultilabelModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new AliceMultilabelModelParameters(env, ctx);
    }

    /// <summary>Names of the labels, in the order of the scores: the slot names of the label column.</summary>
    public IReadOnlyList<string> Labels { get; }

    // Contributions are to one score: those of the first label would pass for those of all.
    private protected override ScoreFunction CreateScoreFunction(ReadOnlySpan<float> features) => Labels.Count == 1
        ? base.CreateScoreFunction(features)
        : throw new NotSupportedException($"The model has {Labels.Count} labels, and only a model of one label can "
            + "be explained. Train a model of the label that you want explained.");

    private protected override PredictionKind PredictionKind => PredictionKind.BinaryClassification;

    private protected override DataViewType OutputType =>
        new VectorDataViewType(NumberDataViewType.Single, Ensemble.OutputCount);

    private protected override VersionInfo Version => GetVersion();

    ISchemaBoundMapper ISchemaBindableMapper.Bind(IHostEnvironment env, RoleMappedSchema schema) =>
        new NetworkRowMapper(Host, this, Ensemble, _columns, schema);

    private protected override ValueMapper<VBuffer<float>, VBuffer<float>> CreateMapper() =>
        (in VBuffer<float> features, ref VBuffer<float> scores) =>
        {
            var editor = VBufferEditor.Create(ref scores, Ensemble.OutputCount);
            Ensemble.Forward(in features, editor.Values);
            scores = editor.Commit();
        };

    private protected override void SaveCore(ModelSaveContext ctx)
    {
        base.SaveCore(ctx);
        LabelNames.Save(ctx.Writer, Labels);
    }

    private protected override void AddOutputs(OnnxModel model)
    {
        Write(model, OnnxModel.Features, OnnxModel.Label, OnnxModel.Score, OnnxModel.Probability);
        model.AddOutput(OnnxModel.Score, TensorProto.Types.DataType.Float, Labels.Count);
        model.AddOutput(OnnxModel.Probability, TensorProto.Types.DataType.Float, Labels.Count);
        model.AddOutput(OnnxModel.Label, TensorProto.Types.DataType.Bool, Labels.Count);
    }

    // The names are those of the row mapper's columns, in their order.
    bool IBindableCanSaveOnnx.SaveAsOnnx(OnnxContext ctx, RoleMappedSchema schema, string[] outputNames)
    {
        var features = schema.Feature!.Value.Name;
        if (!ctx.ContainsColumn(features))
            return false;
        ctx.CheckOpSetVersion(OnnxEnsemble.MinimumOperatorSet, GetType().Name);
        Write(new PipelineGraph(ctx), ctx.GetVariableName(features), outputNames[0], outputNames[1], outputNames[2]);
        return true;
    }

    private void Write(IOnnxGraph graph, string features, string label, string score, string probability)
    {
        OnnxEnsemble.Write(Ensemble, graph, features, score);
        graph.AddNode("Sigmoid", [score], [probability]);
        graph.AddNode("Greater", [score, graph.AddConstant("threshold", [0])], [label]);
    }

    private static VersionInfo GetVersion() => MakeVersion(Kind, LoaderSignature);

    private static string? Misfit(NetworkEnsemble ensemble, int labels) =>
        ensemble.OutputCount != labels ? $"The network has {ensemble.OutputCount} outputs for {labels} labels."
        : ensemble.OutputTransform != OutputTransform.Identity
            ? "The scores of a multi-label network are its sums: it has no output transform."
        : null;
}
