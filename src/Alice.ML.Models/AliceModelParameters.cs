using System.Globalization;
using System.Text;
using Alice.ML.Models.Explaining;
using Alice.ML.Models.Onnx;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Numeric;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Models;

/// <summary>What the models of all tasks share: the network, its binary and ONNX forms and its description.</summary>
/// <remarks>They score in plain .NET, without TorchSharp, and are thread-safe. Every row gets a finite score: a missing
/// feature (NaN) counts as its mean in training, and tells the networks that it is missing where that happened in
/// training; a feature beyond its range in training is held near it (<see cref="Features"/>). Features of another
/// length than in training are refused with an <see cref="ArgumentException"/>. Models of layout versions before 4 know
/// neither: a missing feature gives them a score of NaN. A damaged model file makes <c>Model.Load</c> fail; the
/// <see cref="FormatException"/> that says what is wrong is then <c>exception.GetBaseException()</c>.
/// </remarks>
/// <typeparam name="TOutput">What a row is mapped to: a float, or a vector of them.</typeparam>
public abstract class AliceModelParameters<TOutput> : ModelParametersBase<TOutput>,
    IValueMapper, ICanSaveInTextFormat, ICanSaveSummary, ICanSaveOnnx, ICalculateFeatureContribution,
    IFeatureContributionMapper
{
    private Explainer? _explainer;

    // misfit: why an ensemble cannot serve the task, or null.
    private protected AliceModelParameters(
        IHostEnvironment env, string name, NetworkEnsemble ensemble, Func<NetworkEnsemble, string?> misfit)
        : base(env, name)
    {
        if (misfit(ensemble) is { } why)
            throw new ArgumentException(why, nameof(ensemble));
        Ensemble = ensemble;
        Networks = ListOf(ensemble);
    }

    private protected AliceModelParameters(
        IHostEnvironment env, string name, ModelLoadContext ctx, Func<NetworkEnsemble, string?> misfit)
        : base(env, name, ctx)
    {
        Ensemble = NetworkEnsemble.Load(ctx.Reader, BytesLeft(ctx));
        if (misfit(Ensemble) is { } why)
            throw new FormatException(why);
        Networks = ListOf(Ensemble);
    }

    /// <summary>How the features are prepared for the networks, in their order. Empty for a model of layout version 3
    /// or earlier, whose networks take the features as they come.
    /// </summary>
    public IReadOnlyList<AliceFeature> Features => Ensemble.Preparation?.Features ?? [];

    /// <summary>The networks whose outputs the score is the mean of.</summary>
    public IReadOnlyList<AliceNetwork> Networks { get; }

    /// <summary>The layers of the first network, from the prepared features to the score.</summary>
    public IReadOnlyList<AliceLayer> Layers => Networks[0].Layers;

    /// <summary>The function between the layers of the first network; none follows the last.</summary>
    public Activation Activation => Networks[0].Activation;

    /// <summary>How the model was trained. Null for a loaded model: it is not saved.</summary>
    public AliceTrainingSummary? TrainingSummary { get; internal set; }

    /// <summary>Features of a row.</summary>
    public int NumberOfFeatures => Ensemble.InputCount;

    /// <summary>Numbers that a row gets: see <see cref="Score"/>.</summary>
    public int NumberOfScores => Ensemble.OutputCount;

    /// <summary>
    /// Scores one row without ML.NET's pipeline, the same bits as with it. It may run on several threads at once.
    /// </summary>
    /// <param name="features"><see cref="NumberOfFeatures"/> values, as the trainer's feature column held them.</param>
    /// <param name="scores"> Takes <see cref="NumberOfScores"/> values: for regression the score and the quantiles, for
    /// several numbers the score of each label and then the quantiles of each label in turn, for binary classification
    /// the log-odds of the positive class, for several labels of true and false those of each, for multiclass
    /// classification the probability of each class.
    /// </param>
    /// <exception cref="ArgumentException">Another number of features, or of places for the scores.</exception>
    public void Score(ReadOnlySpan<float> features, Span<float> scores)
    {
        Ensemble.Forward(features, scores[..Math.Min(scores.Length, NumberOfScores)]);
        Order(scores[..NumberOfScores]);
    }

    /// <summary>Rows of training that <see cref="Explain"/> compares a row with, at most 32, spread over the scores
    /// that the model gives. Empty for a model of layout version 4 or earlier, which compares with the row of the
    /// features' means; one of version 3 or earlier knows neither.
    /// </summary>
    public IReadOnlyList<VBuffer<float>> Background => Ensemble.Background;

    /// <summary>Explains the score of one row: how much each feature moved it from the base, the mean score of the
    /// <see cref="Background"/>. The base and the contributions add up to the score. It may run on several threads at
    /// once.</summary>
    /// <remarks>
    /// What is explained is, for regression, the score in the label's units; for binary classification the log-odds
    /// of the positive class; for multiclass classification the log-odds ln(p / (1 − p)) of the most probable class. A
    /// contribution is near the Shapley value of the feature, with the background rows for features that are left out.
    /// The way from a background row to the row is one step, on which every unit of the networks passes a difference of
    /// its sum on with the slope between both ends: the rescale rule of Shrikumar, Greenside and Kundaje 2017,
    /// <em>Learning Important Features Through Propagating Activation Differences</em>, averaged over the background as
    /// Lundberg and Lee 2017 do. It takes the time of 50 to 80 scores.
    /// </remarks>
    /// <param name="features"><see cref="NumberOfFeatures"/> values, as the trainer's feature column held them.</param>
    /// <param name="contributions">Takes as many.</param>
    /// <returns>The base.</returns>
    /// <exception cref="ArgumentException">Another number of features, or of places for the contributions.</exception>
    /// <exception cref="InvalidOperationException">The model has layout version 3 or earlier.</exception>
    public double Explain(ReadOnlySpan<float> features, Span<float> contributions) =>
        ExplainScore(features, CreateScoreFunction(features), contributions);

    private protected double ExplainScore(ReadOnlySpan<float> features, ScoreFunction score, Span<float> contributions)
    {
        if (features.Length != NumberOfFeatures || contributions.Length < NumberOfFeatures)
            throw new ArgumentException($"The model has {NumberOfFeatures} features; there are {features.Length} "
                + $"values and {contributions.Length} places for contributions.");
        return (_explainer ??= new Explainer(Ensemble)).Explain(features, score, contributions);
    }

    /// <summary>What is explained of a row.</summary>
    private protected virtual ScoreFunction CreateScoreFunction(ReadOnlySpan<float> features) =>
        ScoreFunction.Mean(Ensemble.OutputTransform, Ensemble.Range?[0]);

    FeatureContributionCalculator ICalculateFeatureContribution.FeatureContributionCalculator => new(this);

    ValueMapper<TSource, VBuffer<float>>
        IFeatureContributionMapper.GetFeatureContributionMapper<TSource, TContributions>(
        int top, int bottom, bool normalize)
    {
        Host.Check(typeof(TSource) == typeof(VBuffer<float>), "The features must be a vector of Single");
        var row = new float[NumberOfFeatures];
        ValueMapper<VBuffer<float>, VBuffer<float>> mapper =
            (in VBuffer<float> features, ref VBuffer<float> contributions) =>
            {
                if (features.Length != row.Length)
                    throw new ArgumentException(
                        $"The features have {features.Length} values, but the model was trained with {row.Length}.");
                features.CopyTo(row);
                var editor = VBufferEditor.Create(ref contributions, row.Length);
                Explain(row, editor.Values);
                contributions = editor.Commit();
                VectorUtils.SparsifyNormalize(ref contributions, top, bottom, normalize);
            };
        return (ValueMapper<TSource, VBuffer<float>>)(Delegate)mapper;
    }

    internal NetworkEnsemble Ensemble { get; }

    internal IHostEnvironment Environment => Host;

    DataViewType IValueMapper.InputType => new VectorDataViewType(NumberDataViewType.Single, Ensemble.InputCount);

    DataViewType IValueMapper.OutputType => OutputType;

    private protected abstract DataViewType OutputType { get; }

    private protected abstract VersionInfo Version { get; }

    // Quantiles do not cross.
    private protected virtual void Order(Span<float> scores)
    {
    }

    private protected const long DefaultMaximumBytes = 1L << 30;

    /// <summary>
    /// Writes the network as an ONNX model (IR version 8, operator set 13), which every ONNX runtime since 2021 reads.
    /// </summary>
    /// <remarks>Input: "features", float [batch, number of features]. Outputs: "score", float, [batch, 1] for
    /// regression and binary classification (there the log-odds) and [batch, classes] for multiclass classification
    /// (the probabilities). Beside it, for regression and where the model has them, "scoreStandardDeviation", float
    /// [batch, 1], and "quantiles", float [batch, quantiles]; for binary classification "probability", float [batch,
    /// 1], and "label", bool [batch, 1]; for several labels the same with [batch, labels] in the place of [batch, 1],
    /// and quantiles [batch, labels · quantiles]; for multiclass classification "label", int64 [batch], the index of
    /// the most probable class from 0. Scores differ from ML.NET's by rounding; a row whose sums overflow a float may
    /// give infinity or NaN there.
    /// </remarks>
    /// <param name="stream">Where to write; it stays open.</param>
    public void SaveAsOnnx(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var model = new OnnxModel(GetType().Name);
        model.AddInput(OnnxModel.Features, Ensemble.InputCount);
        AddOutputs(model);
        model.WriteTo(stream);
    }

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => true;

    /// <summary>Adds the outputs of the task, computed from <see cref="OnnxModel.Features"/>.</summary>
    private protected virtual void AddOutputs(OnnxModel model)
    {
        OnnxEnsemble.Write(Ensemble, model, OnnxModel.Features, OnnxModel.Score);
        model.AddOutput(OnnxModel.Score, TensorProto.Types.DataType.Float, Ensemble.OutputCount);
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
        Ensemble.Save(ctx.Writer);
    }

    private protected static VersionInfo MakeVersion(
        string modelSignature, string loaderSignature, uint version = 0x00010001) => new(
        modelSignature: modelSignature,
        verWrittenCur: version,
        verReadableCur: version,
        verWeCanReadBack: 0x00010001,
        loaderSignature: loaderSignature,
        loaderAssemblyName: typeof(DenseNetwork).Assembly.FullName);

    void ICanSaveInTextFormat.SaveAsText(TextWriter writer, RoleMappedSchema schema) => writer.WriteLine(ToString());

    void ICanSaveSummary.SaveSummary(TextWriter writer, RoleMappedSchema schema) => writer.WriteLine(ToString());

    /// <summary>
    /// For one network its layers, the activation, what follows the last layer (if anything) and the number of
    /// parameters, then a line for each layer. For several, that of each after a line for all.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{GetType().Name}: ");
        if (Networks.Count == 1)
        {
            Describe(Ensemble.Members[0], Networks[0], text);
            return text.ToString();
        }
        var parameters = Ensemble.Members.Sum(member => (long)member.Network.Weights.Length);
        text.Append(CultureInfo.InvariantCulture, $"mean of {Networks.Count} networks, {parameters} parameters");
        foreach (var (member, network) in Ensemble.Members.Zip(Networks))
        {
            text.AppendLine();
            Describe(member, network, text);
        }
        return text.ToString();
    }

    private static void Describe(EnsembleMember member, AliceNetwork network, StringBuilder text)
    {
        if (member.Encoder is { } encoder)
            text.Append(CultureInfo.InvariantCulture, $"{encoder.InputCount} features encoded with "
                + $"{encoder.OutputCount - encoder.InputCount} bins, ");
        text.Append(CultureInfo.InvariantCulture, $"{DenseNetwork.Describe(member.Network.LayerSizes)}, ");
        text.Append(CultureInfo.InvariantCulture, $"{network.Activation}, ");
        if (member.Network.OutputTransform != OutputTransform.Identity)
            text.Append(CultureInfo.InvariantCulture, $"{member.Network.OutputTransform}, ");
        text.Append(CultureInfo.InvariantCulture, $"{member.Network.Weights.Length} parameters");
        foreach (var layer in network.Layers)
        {
            text.AppendLine();
            text.Append(CultureInfo.InvariantCulture, $"  {layer.InputCount} → {layer.OutputCount}, ");
            text.Append(CultureInfo.InvariantCulture, $"rms of weights {RootMeanSquare(layer.Weights.Span):g3}");
        }
    }

    private static double RootMeanSquare(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += (double)value * value;
        return Math.Sqrt(sum / values.Length);
    }

    private static IReadOnlyList<AliceNetwork> ListOf(NetworkEnsemble ensemble) =>
        Array.AsReadOnly(ensemble.Members.Select(member => new AliceNetwork(member)).ToArray());

    // Of the model block, and of the stream if that is shorter than its header says.
    private static long BytesLeft(ModelLoadContext ctx)
    {
        var end = ctx.FpMin + ctx.Header.FpModel + ctx.Header.CbModel;
        return Math.Min(end, ctx.Reader.BaseStream.Length) - ctx.Reader.BaseStream.Position;
    }
}
