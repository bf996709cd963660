using System.Globalization;
using System.Text;
using Alice.ML.Models.Explaining;
using Alice.ML.Models.Networks;
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

/// <summary>Base class of the models of all tasks: scores and explains rows, describes the networks, and saves them as
/// ONNX.</summary>
/// <remarks>Models score in plain .NET, without TorchSharp. They are thread-safe. Every row gets a finite score. A
/// missing feature (NaN) is replaced by its mean in training; if the feature was missing in some training rows, an
/// indicator also tells the networks that it is missing. A feature outside its range in training is limited to about
/// that range (see <see cref="Features"/>). Models saved with layout version 3 or earlier do neither: a missing feature
/// gives them a score of NaN. A feature vector of another length than in training throws an
/// <see cref="ArgumentException"/>. If a model file is damaged, <c>Model.Load</c> throws;
/// <c>exception.GetBaseException()</c> is then the <see cref="FormatException"/> that says what is wrong.
/// </remarks>
/// <typeparam name="TOutput">Type of the score of a row: a float, or a vector of floats.</typeparam>
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

    /// <summary>How each feature is prepared for the networks, in the order of the feature vector. Empty for a model
    /// saved with layout version 3 or earlier, whose networks take the features unchanged.</summary>
    public IReadOnlyList<AliceFeature> Features => Ensemble.Preparation?.Features ?? [];

    /// <summary>The networks of the ensemble. The score is the mean of their scores.</summary>
    public IReadOnlyList<AliceNetwork> Networks { get; }

    /// <summary>The layers of the first network, in order from the prepared features to the outputs.</summary>
    public IReadOnlyList<AliceLayer> Layers => Networks[0].Layers;

    /// <summary>Activation function of the hidden layers of the first network.</summary>
    public Activation Activation => Networks[0].Activation;

    /// <summary>How the model was trained. Null for a loaded model, because the summary is not saved.</summary>
    public AliceTrainingSummary? TrainingSummary { get; internal set; }

    /// <summary>Number of features of a row.</summary>
    public int NumberOfFeatures => Ensemble.InputCount;

    /// <summary>Number of values that <see cref="Score"/> returns for a row.</summary>
    public int NumberOfScores => Ensemble.OutputCount;

    /// <summary>Scores one row without an ML.NET pipeline. The result equals that of the pipeline bit for bit. May be
    /// called from several threads at once.</summary>
    /// <param name="features"><see cref="NumberOfFeatures"/> values, as the trainer's feature column held them.</param>
    /// <param name="scores">Receives the scores; <see cref="NumberOfScores"/> values or more. Regression: the score,
    /// then the quantiles. Multi-output regression: the score of each label, then the quantiles of each label in turn.
    /// Binary classification: the log-odds of the positive class. Multi-label classification: the log-odds of each
    /// label. Multiclass classification: the probability of each class.</param>
    /// <exception cref="ArgumentException">The number of features is wrong, or there is not enough room for the
    /// scores.</exception>
    public void Score(ReadOnlySpan<float> features, Span<float> scores)
    {
        Ensemble.Forward(features, scores[..Math.Min(scores.Length, NumberOfScores)]);
        Order(scores[..NumberOfScores]);
    }

    /// <summary>Training rows that <see cref="Explain"/> compares a row with, at most as many as the trainer's option
    /// NumberOfBackgroundRows. They are chosen to cover the range of the model's scores. If there are none, as in
    /// models of layout version 4 or earlier, Explain compares with the means of the features.</summary>
    public IReadOnlyList<VBuffer<float>> Background => Ensemble.Background;

    /// <summary>Explains the score of one row: how much each feature moved the score away from the base, the mean score
    /// of the <see cref="Background"/> rows. The base and the contributions add up to the score. May be called from
    /// several threads at once.</summary>
    /// <remarks>The explained quantity depends on the task. Regression: the score in the label's units. Binary
    /// classification: the log-odds of the positive class. Multiclass classification: the log-odds ln(p / (1 − p)) of
    /// the most probable class. Models of several labels throw a <see cref="NotSupportedException"/>. The contributions
    /// approximate Shapley values in which the background rows stand in for left-out features. They are computed by the
    /// rescale rule of DeepLIFT (Shrikumar, Greenside and Kundaje 2017, <em>Learning Important Features Through
    /// Propagating Activation Differences</em>), averaged over the background rows (Lundberg and Lee 2017). With 32
    /// background rows, one explanation takes as long as 50 to 80 scores; with many classes longer.
    /// </remarks>
    /// <param name="features"><see cref="NumberOfFeatures"/> values, as the trainer's feature column held them.</param>
    /// <param name="contributions">Receives the contribution of each feature; <see cref="NumberOfFeatures"/> values or
    /// more.</param>
    /// <returns>The base: the mean score of the background rows.</returns>
    /// <exception cref="ArgumentException">The number of features is wrong, or there is not enough room for the
    /// contributions.</exception>
    /// <exception cref="InvalidOperationException">The model was saved with layout version 3 or earlier.</exception>
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

    /// <summary>Writes the model as an ONNX model (IR version 8, operator set 13), which every ONNX runtime since 2021
    /// can read.</summary>
    /// <remarks>The input is "features", float [batch, number of features]. The outputs depend on the task. Regression:
    /// "score", float [batch, 1], and, if the model has them, "scoreStandardDeviation", float [batch, 1], and
    /// "quantiles", float [batch, quantiles]. Binary classification: "score" (the log-odds), float [batch, 1],
    /// "probability", float [batch, 1], and "label", bool [batch, 1]. Models of several labels have the same outputs
    /// with shape [batch, labels] in place of [batch, 1], and "quantiles" has shape [batch, labels · quantiles].
    /// Multiclass classification: "score" (the probabilities), float [batch, classes], and "label", int64 [batch], the
    /// index of the most probable class from 0. Scores differ from those of ML.NET by rounding. A row whose sums
    /// overflow a float may give infinity or NaN in ONNX.
    /// </remarks>
    /// <param name="stream">The stream to write to. It stays open.</param>
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

    /// <summary>Describes the networks: for each one the layer sizes, the activation, the output transform (if any) and
    /// the number of parameters, then one line per layer. An ensemble begins with a summary line.</summary>
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
