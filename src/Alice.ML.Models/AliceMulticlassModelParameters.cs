using Alice.ML.Models;
using Alice.ML.Models.Explaining;
using Alice.ML.Models.Networks;
using Alice.ML.Models.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceMulticlassModelParameters), null, typeof(SignatureLoadModel),
    "Alice Multiclass Model", AliceMulticlassModelParameters.LoaderSignature)]

namespace Alice.ML.Models;

/// <summary>Trained networks for multiclass classification. They map a vector of features to the probability of each
/// class, in the order of the label's keys.</summary>
/// <inheritdoc/>
public sealed class AliceMulticlassModelParameters : AliceModelParameters<VBuffer<float>>, ISingleCanSaveOnnx
{
    private const string Kind = "ALICE MC";
    internal const string LoaderSignature = "AliceMulticlassModel";

    internal AliceMulticlassModelParameters(IHostEnvironment env, NetworkEnsemble ensemble)
        : base(env, LoaderSignature, ensemble, Misfit)
    {
    }

    private AliceMulticlassModelParameters(IHostEnvironment env, ModelLoadContext ctx)
        : base(env, LoaderSignature, ctx, Misfit)
    {
    }

    /// <summary>Reads only the model from a file that <c>mlContext.Model.Save</c> has written. Use it for files from
    /// untrusted sources: it loads no type or assembly that the file names, and does not read the rest of the pipeline.
    /// To score rows, call <see cref="AliceModelParameters{TOutput}.Score"/>.</summary>
    /// <param name="stream">The .zip file, positioned at its start. It stays open.</param>
    /// <param name="maximumBytes">Maximum size of the unpacked networks in bytes, above 0. Reading takes about twice
    /// that much memory. Default 1 GiB.</param>
    /// <exception cref="FormatException">The file holds no model of this kind or more than one, is damaged, or is too
    /// large. The message says which.</exception>
    public static AliceMulticlassModelParameters Read(Stream stream, long maximumBytes = DefaultMaximumBytes) =>
        ModelFileReader.Read(stream, maximumBytes, Kind, "multiclass classification model",
            (reader, bytes, _) =>
                new AliceMulticlassModelParameters(new MLContext(), NetworkEnsemble.Load(reader, bytes)));

    // Called by ML.NET's loader, which finds it by its name.
    internal static AliceMulticlassModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new AliceMulticlassModelParameters(env, ctx);
    }

    /// <summary>Explains the log-odds ln(p / (1 − p)) of a given class for one row. Otherwise like
    /// <see cref="AliceModelParameters{TOutput}.Explain"/>, which explains the most probable class.</summary>
    /// <param name="features"><see cref="AliceModelParameters{TOutput}.NumberOfFeatures"/> values, as the trainer's
    /// feature column held them.</param>
    /// <param name="classIndex">Index of the class, from 0, in the order of the label's keys.</param>
    /// <param name="contributions">Receives the contribution of each feature;
    /// <see cref="AliceModelParameters{TOutput}.NumberOfFeatures"/> values or more.</param>
    /// <returns>The base: the mean log-odds of the class over the background.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no class with this index.</exception>
    /// <inheritdoc cref="AliceModelParameters{TOutput}.Explain" path="/exception"/>
    public double Explain(ReadOnlySpan<float> features, int classIndex, Span<float> contributions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, NumberOfScores);
        return ExplainScore(features, ScoreFunction.LogOdds(classIndex, NumberOfScores), contributions);
    }

    private protected override ScoreFunction CreateScoreFunction(ReadOnlySpan<float> features)
    {
        var probabilities = new float[NumberOfScores];
        Score(features, probabilities);
        return ScoreFunction.LogOdds(Array.IndexOf(probabilities, probabilities.Max()), NumberOfScores);
    }

    private protected override PredictionKind PredictionKind => PredictionKind.MulticlassClassification;

    private protected override DataViewType OutputType =>
        new VectorDataViewType(NumberDataViewType.Single, Ensemble.OutputCount);

    private protected override VersionInfo Version => GetVersion();

    private protected override ValueMapper<VBuffer<float>, VBuffer<float>> CreateMapper() =>
        (in VBuffer<float> features, ref VBuffer<float> probabilities) =>
        {
            var editor = VBufferEditor.Create(ref probabilities, Ensemble.OutputCount);
            Ensemble.Forward(in features, editor.Values);
            probabilities = editor.Commit();
        };

    private protected override void AddOutputs(OnnxModel model)
    {
        base.AddOutputs(model);
        model.AddNode("ArgMax", [OnnxModel.Score], [OnnxModel.Label], ("axis", 1), ("keepdims", 0));
        model.AddOutput(OnnxModel.Label, TensorProto.Types.DataType.Int64);
    }

    // ML.NET gives the names of PredictedLabel and Score. The label is a key: the class counted from 1.
    bool ISingleCanSaveOnnx.SaveAsOnnx(OnnxContext ctx, string[] outputNames, string featureColumn)
    {
        ctx.CheckOpSetVersion(OnnxEnsemble.MinimumOperatorSet, GetType().Name);
        var graph = new PipelineGraph(ctx);
        var (label, score) = (outputNames[0], outputNames[1]);
        OnnxEnsemble.Write(Ensemble, graph, featureColumn, score);
        var index = graph.AddVariable("index");
        graph.AddNode("ArgMax", [score], [index], ("axis", 1), ("keepdims", 1));
        var key = graph.AddVariable("key");
        graph.AddNode("Add", [index, graph.AddConstant("one", 1)], [key]);
        graph.AddNode("Cast", [key], [label], ("to", (long)TensorProto.Types.DataType.Uint32));
        return true;
    }

    private static VersionInfo GetVersion() => MakeVersion(Kind, LoaderSignature);

    private static string? Misfit(NetworkEnsemble ensemble) =>
        ensemble.OutputCount < 2
            ? $"The network has {ensemble.OutputCount} output; a multiclass network has one for each class."
        : ensemble.OutputTransform != OutputTransform.Softmax ? "A multiclass network ends in a softmax."
        : null;
}
