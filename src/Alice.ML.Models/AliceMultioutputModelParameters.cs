using Alice.ML.Models;
using Alice.ML.Models.Explaining;
using Alice.ML.Models.Networks;
using Alice.ML.Models.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceMultioutputModelParameters), null, typeof(SignatureLoadModel),
    "Alice Multioutput Model", AliceMultioutputModelParameters.LoaderSignature)]

namespace Alice.ML.Models;

/// <summary>Trained networks for multi-output regression. They map a vector of features to a score for each label, in
/// the label's units, and on request to quantiles of each label.</summary>
/// <inheritdoc/>
public sealed class AliceMultioutputModelParameters : AliceModelParameters<VBuffer<float>>, IBindableCanSaveOnnx
{
    internal const string LoaderSignature = "AliceMultioutputModel";

    private const string Kind = "ALICE MO";

    /// <param name="env">The host.</param>
    /// <param name="ensemble">Outputs are the scores of all labels, then the quantiles of each label in turn.</param>
    /// <param name="columns">Names of the labels, and what there is beside the scores.</param>
    /// <exception cref="ArgumentException">An ensemble of other outputs.</exception>
    internal AliceMultioutputModelParameters(
        IHostEnvironment env, NetworkEnsemble ensemble, RegressionColumns columns)
        : base(env, LoaderSignature, ensemble, columns.Misfit) => Columns = columns;

    private AliceMultioutputModelParameters(IHostEnvironment env, ModelLoadContext ctx)
        : base(env, LoaderSignature, ctx, RegressionColumns.MisfitOfTransform)
    {
        Columns = ReadColumns(ctx.Reader, Ensemble);
        if (Columns.Misfit(Ensemble) is { } why)
            throw new FormatException(why);
    }

    /// <summary>Reads only the model from a file that <c>mlContext.Model.Save</c> has written. Use it for files from
    /// untrusted sources: it loads no type or assembly that the file names, and does not read the rest of the pipeline.
    /// To score rows, call <see cref="AliceModelParameters{TOutput}.Score"/>.</summary>
    /// <param name="stream">The .zip file, positioned at its start. It stays open.</param>
    /// <param name="maximumBytes">Maximum size of the unpacked networks in bytes, above 0. Reading takes about twice
    /// that much memory. Default 1 GiB.</param>
    /// <exception cref="FormatException">The file holds no model of this kind or more than one, is damaged, or is too
    /// large. The message says which.</exception>
    public static AliceMultioutputModelParameters Read(Stream stream, long maximumBytes = DefaultMaximumBytes) =>
        ModelFileReader.Read(stream, maximumBytes, Kind, "multioutput model", (reader, bytes, _) =>
        {
            var ensemble = NetworkEnsemble.Load(reader, bytes);
            return new AliceMultioutputModelParameters(new MLContext(), ensemble, ReadColumns(reader, ensemble));
        });

    // Called by ML.NET's loader, which finds it by its name.
    internal static AliceMultioutputModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new AliceMultioutputModelParameters(env, ctx);
    }

    /// <summary>Names of the labels, in the order of the scores: the slot names of the label column.</summary>
    public IReadOnlyList<string> Labels => Columns.Labels;

    /// <summary>Levels of the quantiles, ascending, each between 0 and 1. The column Quantiles has all quantiles of the
    /// first label, then those of the second, and so on. Empty for a model without quantiles.</summary>
    public IReadOnlyList<float> Quantiles => Columns.Levels;

    internal RegressionColumns Columns { get; }

    // Contributions are to one score: those of the first label would pass for those of all.
    private protected override ScoreFunction CreateScoreFunction(ReadOnlySpan<float> features) => Labels.Count == 1
        ? base.CreateScoreFunction(features)
        : throw new NotSupportedException($"The model has {Labels.Count} labels, and only a model of one label can "
            + "be explained. Train a model of the label that you want explained.");

    private protected override PredictionKind PredictionKind => PredictionKind.MultiOutputRegression;

    private protected override DataViewType OutputType =>
        new VectorDataViewType(NumberDataViewType.Single, Labels.Count);

    private protected override VersionInfo Version => GetVersion();

    ISchemaBoundMapper ISchemaBindableMapper.Bind(IHostEnvironment env, RoleMappedSchema schema) =>
        new NetworkRowMapper(Host, this, Ensemble, Columns, schema);

    private protected override ValueMapper<VBuffer<float>, VBuffer<float>> CreateMapper() =>
        (in VBuffer<float> features, ref VBuffer<float> scores) =>
        {
            var outputs = new float[Ensemble.OutputCount];
            Ensemble.Forward(in features, outputs);
            scores = new VBuffer<float>(Labels.Count, outputs[..Labels.Count]);
        };

    private protected override void Order(Span<float> scores) => Columns.Order(scores);

    private protected override void SaveCore(ModelSaveContext ctx)
    {
        base.SaveCore(ctx);
        LabelNames.Save(ctx.Writer, Labels);
        Columns.Save(ctx.Writer);
    }

    private protected override void AddOutputs(OnnxModel model)
    {
        var outputs = Columns.Choose(OnnxModel.Score, OnnxModel.StandardDeviation, OnnxModel.Quantiles);
        OnnxRegression.Write(Ensemble, model, OnnxModel.Features, outputs, Labels.Count);
        model.AddOutput(OnnxModel.Score, TensorProto.Types.DataType.Float, Labels.Count);
        if (outputs.StandardDeviation is not null)
            model.AddOutput(OnnxModel.StandardDeviation, TensorProto.Types.DataType.Float, Labels.Count);
        if (outputs.Quantiles is not null)
            model.AddOutput(
                OnnxModel.Quantiles, TensorProto.Types.DataType.Float, Labels.Count * Quantiles.Count);
    }

    // The names are those of the row mapper's columns, in their order.
    bool IBindableCanSaveOnnx.SaveAsOnnx(OnnxContext ctx, RoleMappedSchema schema, string[] outputNames)
    {
        var features = schema.Feature!.Value.Name;
        if (!ctx.ContainsColumn(features))
            return false;
        var outputs = Columns.Choose(outputNames[0], outputNames.ElementAtOrDefault(1), outputNames[^1]);
        ctx.CheckOpSetVersion(
            outputs.Quantiles is null ? OnnxEnsemble.MinimumOperatorSet : OnnxRegression.MinimumOperatorSetOfQuantiles,
            GetType().Name);
        OnnxRegression.Write(
            Ensemble, new PipelineGraph(ctx), ctx.GetVariableName(features), outputs, Labels.Count);
        return true;
    }

    private static RegressionColumns ReadColumns(BinaryReader reader, NetworkEnsemble ensemble)
    {
        var labels = LabelNames.Load(reader, ensemble.OutputCount);
        return RegressionColumns.Load(reader, labels);
    }

    private static VersionInfo GetVersion() => MakeVersion(Kind, LoaderSignature);
}
