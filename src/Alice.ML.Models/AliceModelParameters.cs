using System.Globalization;
using System.Text;
using Alice.ML.Models.Onnx;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Models;

/// <summary>What the models of all tasks share: the network, its binary form, its ONNX form and its description.</summary>
/// <remarks>
/// They score in plain .NET, without TorchSharp, and are thread-safe. A missing feature (NaN) gives a score of NaN:
/// replace missing values earlier in the pipeline. Finite features always give finite scores: where a sum is too large
/// for a float, it is held at the largest one. Features of another length than in training are refused with an
/// <see cref="ArgumentException"/>. A damaged model file makes <c>Model.Load</c> fail; the
/// <see cref="FormatException"/> that says what is wrong is then <c>exception.GetBaseException()</c>.
/// </remarks>
/// <typeparam name="TOutput">What a row is mapped to: a float, or a vector of them.</typeparam>
public abstract class AliceModelParameters<TOutput> : ModelParametersBase<TOutput>,
    IValueMapper, ICanSaveInTextFormat, ICanSaveSummary, ISingleCanSaveOnnx
{
    // misfit: why a network cannot serve the task, or null.
    private protected AliceModelParameters(
        IHostEnvironment env, string name, DenseNetwork network, Func<DenseNetwork, string?> misfit)
        : base(env, name)
    {
        if (misfit(network) is { } why)
            throw new ArgumentException(why, nameof(network));
        Network = network;
        Layers = AliceLayer.ListOf(network);
    }

    private protected AliceModelParameters(
        IHostEnvironment env, string name, ModelLoadContext ctx, Func<DenseNetwork, string?> misfit)
        : base(env, name, ctx)
    {
        Network = DenseNetwork.Load(ctx.Reader, BytesLeft(ctx));
        if (misfit(Network) is { } why)
            throw new FormatException(why);
        Layers = AliceLayer.ListOf(Network);
    }

    /// <summary>The layers, from the features to the score.</summary>
    public IReadOnlyList<AliceLayer> Layers { get; }

    /// <summary>The function between the layers; none follows the last.</summary>
    public Activation Activation => Network.Activation;

    /// <summary>How the model was trained. Null for a loaded model: it is not saved.</summary>
    public AliceTrainingSummary? TrainingSummary { get; internal set; }

    internal DenseNetwork Network { get; }

    DataViewType IValueMapper.InputType => new VectorDataViewType(NumberDataViewType.Single, Network.InputCount);

    DataViewType IValueMapper.OutputType => OutputType;

    private protected abstract DataViewType OutputType { get; }

    private protected abstract VersionInfo Version { get; }

    /// <summary>
    /// Writes the network as an ONNX model (IR version 8, operator set 13), which every ONNX runtime since 2021 reads.
    /// </summary>
    /// <remarks>
    /// Input: "features", float [batch, number of features]. Outputs: "score", float, [batch, 1] for regression and
    /// binary classification (there the log-odds) and [batch, classes] for multiclass classification (the probabilities);
    /// also for binary classification "probability", float [batch, 1], and "label", bool [batch, 1]; also for multiclass
    /// classification "label", int64 [batch], the index of the most probable class from 0. Scores differ from ML.NET's by
    /// rounding; a row whose sums overflow a float may give infinity or NaN there.
    /// </remarks>
    /// <param name="stream">Where to write; it stays open.</param>
    public void SaveAsOnnx(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var model = new OnnxModel(GetType().Name);
        model.AddInput(OnnxModel.Features, Network.InputCount);
        OnnxNetwork.Write(Network, model, OnnxModel.Features, OnnxModel.Score);
        model.AddOutput(OnnxModel.Score, OnnxType.Float, Network.OutputCount);
        AddOutputs(model);
        model.WriteTo(stream);
    }

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => true;

    // ML.NET gives names for [Score], [PredictedLabel, Score] or [PredictedLabel, Score, Probability].
    bool ISingleCanSaveOnnx.SaveAsOnnx(OnnxContext ctx, string[] outputNames, string featureColumn)
    {
        ctx.CheckOpSetVersion(OnnxNetwork.MinimumOperatorSet, GetType().Name);
        var graph = new PipelineGraph(ctx);
        var hasLabel = outputNames.Length > 1;
        var score = outputNames[hasLabel ? 1 : 0];
        OnnxNetwork.Write(Network, graph, featureColumn, score);
        if (hasLabel)
            AddPredictedLabel(graph, outputNames[0], score);
        return true;
    }

    /// <summary>Adds what the task has beside the score.</summary>
    private protected virtual void AddOutputs(OnnxModel model)
    {
    }

    /// <summary>Adds the predicted label, where ML.NET's scorer does not do it.</summary>
    private protected virtual void AddPredictedLabel(PipelineGraph graph, string label, string score)
    {
    }

    /// <summary>A function that scores one row. It may run on several threads at once.</summary>
    private protected abstract ValueMapper<VBuffer<float>, TOutput> CreateMapper();

    ValueMapper<TSource, TDestination> IValueMapper.GetMapper<TSource, TDestination>()
    {
        Host.Check(typeof(TSource) == typeof(VBuffer<float>), "The features must be a vector of Single");
        Host.Check(typeof(TDestination) == typeof(TOutput), "The score is of another type");
        return (ValueMapper<TSource, TDestination>)(Delegate)CreateMapper();
    }

    private protected override void SaveCore(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(Version);
        base.SaveCore(ctx);
        Network.Save(ctx.Writer);
    }

    private protected static VersionInfo MakeVersion(string modelSignature, string loaderSignature) => new(
        modelSignature: modelSignature,
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: loaderSignature,
        loaderAssemblyName: typeof(DenseNetwork).Assembly.FullName);

    void ICanSaveInTextFormat.SaveAsText(TextWriter writer, RoleMappedSchema schema) => writer.WriteLine(ToString());

    void ICanSaveSummary.SaveSummary(TextWriter writer, RoleMappedSchema schema) => writer.WriteLine(ToString());

    /// <summary>
    /// The layers, the activation, what follows the last layer (if anything) and the number of parameters, one line each
    /// layer.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{GetType().Name}: {DenseNetwork.Describe(Network.LayerSizes)}, ");
        text.Append(CultureInfo.InvariantCulture, $"{Activation}, ");
        if (Network.OutputTransform != OutputTransform.Identity)
            text.Append(CultureInfo.InvariantCulture, $"{Network.OutputTransform}, ");
        text.Append(CultureInfo.InvariantCulture, $"{Network.Weights.Length} parameters");
        foreach (var layer in Layers)
        {
            text.AppendLine();
            text.Append(CultureInfo.InvariantCulture, $"  {layer.InputCount} → {layer.OutputCount}, ");
            text.Append(CultureInfo.InvariantCulture, $"rms of weights {RootMeanSquare(layer.Weights.Span):g3}");
        }
        return text.ToString();
    }

    private static double RootMeanSquare(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += (double)value * value;
        return Math.Sqrt(sum / values.Length);
    }

    // Of the model block, and of the stream if that is shorter than its header says.
    private static long BytesLeft(ModelLoadContext ctx)
    {
        var end = ctx.FpMin + ctx.Header.FpModel + ctx.Header.CbModel;
        return Math.Min(end, ctx.Reader.BaseStream.Length) - ctx.Reader.BaseStream.Position;
    }
}
