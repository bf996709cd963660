using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Models.Onnx;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceBinaryModelParameters), null, typeof(SignatureLoadModel),
    "Alice Binary Model", AliceBinaryModelParameters.LoaderSignature)]

namespace Alice.ML.Models;

/// <summary>Trained networks for binary classification. They map a vector of features to the log-odds ln(p / (1 − p)),
/// where p is the probability that the label is true. A positive score predicts true.</summary>
/// <inheritdoc/>
public sealed class AliceBinaryModelParameters : AliceModelParameters<float>, ISingleCanSaveOnnx
{
    private const string Kind = "ALICE BN";
    internal const string LoaderSignature = "AliceBinaryModel";

    internal AliceBinaryModelParameters(IHostEnvironment env, NetworkEnsemble ensemble)
        : base(env, LoaderSignature, ensemble, Misfit)
    {
    }

    private AliceBinaryModelParameters(IHostEnvironment env, ModelLoadContext ctx)
        : base(env, LoaderSignature, ctx, Misfit)
    {
    }

    /// <summary>The model with the probability 1 / (1 + exp(−score)) added. The score is calibrated already, so this is
    /// a fixed function.</summary>
    internal static CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator> Calibrated(
        IHostEnvironment env, NetworkEnsemble ensemble) =>
            new ValueMapperCalibratedModelParameters<AliceBinaryModelParameters, PlattCalibrator>(
            env, new AliceBinaryModelParameters(env, ensemble), new PlattCalibrator(env, slope: -1, offset: 0));

    /// <summary>Reads only the model from a file that <c>mlContext.Model.Save</c> has written. Use it for files from
    /// untrusted sources: it loads no type or assembly that the file names, and does not read the rest of the pipeline.
    /// To score rows, call <see cref="AliceModelParameters{TOutput}.Score"/>.</summary>
    /// <param name="stream">The .zip file, positioned at its start. It stays open.</param>
    /// <param name="maximumBytes">Maximum size of the unpacked networks in bytes, above 0. Reading takes about twice
    /// that much memory. Default 1 GiB.</param>
    /// <exception cref="FormatException">The file holds no model of this kind or more than one, is damaged, or is too
    /// large. The message says which.</exception>
    public static AliceBinaryModelParameters Read(Stream stream, long maximumBytes = DefaultMaximumBytes) =>
        ModelFileReader.Read(stream, maximumBytes, Kind, "binary classification model",
            (reader, bytes, _) => new AliceBinaryModelParameters(new MLContext(), NetworkEnsemble.Load(reader, bytes)));

    // Called by ML.NET's loader, which finds it by its name.
    internal static AliceBinaryModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new AliceBinaryModelParameters(env, ctx);
    }

    private protected override PredictionKind PredictionKind => PredictionKind.BinaryClassification;

    private protected override DataViewType OutputType => NumberDataViewType.Single;

    private protected override VersionInfo Version => GetVersion();

    private protected override ValueMapper<VBuffer<float>, float> CreateMapper() =>
        (in VBuffer<float> features, ref float score) => Ensemble.Forward(in features, new Span<float>(ref score));

    private protected override void AddOutputs(OnnxModel model)
    {
        base.AddOutputs(model);
        model.AddNode("Sigmoid", [OnnxModel.Score], [OnnxModel.Probability]);
        model.AddOutput(OnnxModel.Probability, TensorProto.Types.DataType.Float, 1);
        model.AddNode("Greater", [OnnxModel.Score, model.AddConstant("threshold", [0])], [OnnxModel.Label]);
        model.AddOutput(OnnxModel.Label, TensorProto.Types.DataType.Bool, 1);
    }

    // ML.NET gives the names of Score, or of PredictedLabel, Score and perhaps Probability; its scorer adds the others.
    bool ISingleCanSaveOnnx.SaveAsOnnx(OnnxContext ctx, string[] outputNames, string featureColumn)
    {
        ctx.CheckOpSetVersion(OnnxEnsemble.MinimumOperatorSet, GetType().Name);
        var score = outputNames[outputNames.Length > 1 ? 1 : 0];
        OnnxEnsemble.Write(Ensemble, new PipelineGraph(ctx), featureColumn, score);
        return true;
    }

    private static VersionInfo GetVersion() => MakeVersion(Kind, LoaderSignature);

    private static string? Misfit(NetworkEnsemble ensemble) =>
        ensemble.OutputCount != 1 ? $"The network has {ensemble.OutputCount} outputs; a binary network has one."
        : ensemble.OutputTransform != OutputTransform.Identity
            ? "The score of a binary network is its sum: it has no output transform."
        : null;
}
