using Alice.ML.Models;
using Alice.ML.Models.Explaining;
using Alice.ML.Models.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceMulticlassModelParameters), null, typeof(SignatureLoadModel),
    "Alice Multiclass Model", AliceMulticlassModelParameters.LoaderSignature)]

namespace Alice.ML.Models;

/// <summary>
/// A trained network that maps a vector of features to the probabilities of the classes, in the order of the label's
/// keys.
/// </summary>
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

    /// <summary>Reads the model alone from a file of <c>mlContext.Model.Save</c>, as for files from strangers: no type
    /// or assembly that the file names is loaded, and the rest of its pipeline is not read. Score its rows with
    /// <see cref="AliceModelParameters{TOutput}.Score"/>.
    /// </summary>
    /// <param name="stream">The .zip, from its start; it stays open.</param>
    /// <param name="maximumBytes">The most bytes that the networks may have unpacked, above 0. Reading takes about
    /// twice as much memory. Default 1 GiB.</param>
    /// <exception cref="FormatException">The file holds no such model, or more than one, or is damaged or too large;
    /// the message says which.</exception>
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

    /// <summary>As <see cref="AliceModelParameters{TOutput}.Explain"/>, of a chosen class: contributions to its
    /// log-odds ln(p / (1 − p)).</summary>
    /// <param name="features"><see cref="AliceModelParameters{TOutput}.NumberOfFeatures"/> values.</param>
    /// <param name="classIndex">The class, from 0, in the order of the label's keys.</param>
    /// <param name="contributions">Takes a contribution for each feature.</param>
    /// <returns>The base: the mean log-odds of the class over the background.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
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
