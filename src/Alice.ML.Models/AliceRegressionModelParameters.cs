using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Models.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceRegressionModelParameters), null, typeof(SignatureLoadModel),
    "Alice Regression Model", AliceRegressionModelParameters.LoaderSignature)]

namespace Alice.ML.Models;

/// <summary>Trained networks for regression. They map a vector of features to a score in the label's units, and on
/// request to quantiles of the label.</summary>
/// <inheritdoc/>
public sealed class AliceRegressionModelParameters : AliceModelParameters<float>, IBindableCanSaveOnnx
{
    internal const string LoaderSignature = "AliceRegressionModel";

    private const string Kind = "ALICE RG";
    private const uint VersionWithColumns = 0x00010002;

    /// <param name="env">The host.</param>
    /// <param name="ensemble">Output 0 is the score, the others are the quantiles.</param>
    /// <param name="addsStandardDeviation">Whether there is a column for the networks' standard deviation.</param>
    /// <param name="quantiles">Levels between 0 and 1, ascending; null or none for no column.</param>
    /// <exception cref="ArgumentException">Wrong levels, or an ensemble of other outputs.</exception>
    internal AliceRegressionModelParameters(
        IHostEnvironment env,
        NetworkEnsemble ensemble,
        bool addsStandardDeviation = false,
        IReadOnlyList<float>? quantiles = null)
        : base(env, LoaderSignature, ensemble, RegressionColumns.MisfitOfTransform)
    {
        Columns = new RegressionColumns(addsStandardDeviation, quantiles);
        if (Columns.Misfit(ensemble) is { } why)
            throw new ArgumentException(why, nameof(ensemble));
    }

    private AliceRegressionModelParameters(IHostEnvironment env, ModelLoadContext ctx)
        : base(env, LoaderSignature, ctx, RegressionColumns.MisfitOfTransform)
    {
        Columns = ReadColumns(ctx.Reader, ctx.Header.ModelVerWritten);
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
    public static AliceRegressionModelParameters Read(Stream stream, long maximumBytes = DefaultMaximumBytes) =>
        ModelFileReader.Read(stream, maximumBytes, Kind, "regression model", (reader, bytes, version) =>
        {
            var ensemble = NetworkEnsemble.Load(reader, bytes);
            var columns = ReadColumns(reader, version);
            return new AliceRegressionModelParameters(
                new MLContext(), ensemble, columns.AddsStandardDeviation, columns.Levels);
        });

    // Called by ML.NET's loader, which finds it by its name.
    internal static AliceRegressionModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new AliceRegressionModelParameters(env, ctx);
    }

    /// <summary>Levels of the quantiles in the column Quantiles, ascending, each between 0 and 1. Empty for a model
    /// without quantiles.</summary>
    public IReadOnlyList<float> Quantiles => Columns.Levels;

    internal RegressionColumns Columns { get; }

    /// <summary>A copy of this model with other networks.</summary>
    internal AliceRegressionModelParameters With(NetworkEnsemble ensemble) =>
        new(Host, ensemble, Columns.AddsStandardDeviation, Columns.Levels);

    private protected override PredictionKind PredictionKind => PredictionKind.Regression;

    private protected override DataViewType OutputType => NumberDataViewType.Single;

    private protected override VersionInfo Version => GetVersion();

    ISchemaBoundMapper ISchemaBindableMapper.Bind(IHostEnvironment env, RoleMappedSchema schema) =>
        new NetworkRowMapper(Host, this, Ensemble, Columns, schema);

    private protected override ValueMapper<VBuffer<float>, float> CreateMapper()
    {
        if (Ensemble.OutputCount == 1)
            return (in VBuffer<float> features, ref float score) =>
                Ensemble.Forward(in features, new Span<float>(ref score));
        return (in VBuffer<float> features, ref float score) =>
        {
            Span<float> outputs = stackalloc float[Ensemble.OutputCount];
            Ensemble.Forward(in features, outputs);
            score = outputs[0];
        };
    }

    private protected override void Order(Span<float> scores) => Columns.Order(scores);

    private protected override void SaveCore(ModelSaveContext ctx)
    {
        base.SaveCore(ctx);
        Columns.Save(ctx.Writer);
    }

    private protected override void AddOutputs(OnnxModel model)
    {
        var outputs = Columns.Choose(OnnxModel.Score, OnnxModel.StandardDeviation, OnnxModel.Quantiles);
        OnnxRegression.Write(Ensemble, model, OnnxModel.Features, outputs);
        model.AddOutput(OnnxModel.Score, TensorProto.Types.DataType.Float, 1);
        if (outputs.StandardDeviation is not null)
            model.AddOutput(OnnxModel.StandardDeviation, TensorProto.Types.DataType.Float, 1);
        if (outputs.Quantiles is not null)
            model.AddOutput(OnnxModel.Quantiles, TensorProto.Types.DataType.Float, Quantiles.Count);
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
        OnnxRegression.Write(Ensemble, new PipelineGraph(ctx), ctx.GetVariableName(features), outputs);
        return true;
    }

    private static RegressionColumns ReadColumns(BinaryReader reader, uint version) => version < VersionWithColumns
        ? new RegressionColumns(addsStandardDeviation: false, levels: null)
        : RegressionColumns.Load(reader);

    private static VersionInfo GetVersion() => MakeVersion(Kind, LoaderSignature, VersionWithColumns);
}
