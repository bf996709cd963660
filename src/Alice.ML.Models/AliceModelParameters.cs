using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Models;

/// <summary>What the models of all tasks share: the network, its binary form and its description.</summary>
/// <typeparam name="TOutput">What a row is mapped to: a float, or a vector of them.</typeparam>
public abstract class AliceModelParameters<TOutput> : ModelParametersBase<TOutput>,
    IValueMapper, ICanSaveInTextFormat, ICanSaveSummary
{
    private protected AliceModelParameters(IHostEnvironment env, string name, DenseNetwork network)
        : base(env, name)
    {
        Network = network;
        Layers = ListLayers(network);
    }

    private protected AliceModelParameters(IHostEnvironment env, string name, ModelLoadContext ctx)
        : base(env, name, ctx)
    {
        Network = DenseNetwork.Load(ctx.Reader, BytesLeft(ctx));
        Layers = ListLayers(Network);
    }

    /// <summary>The layers, from the features to the score.</summary>
    public IReadOnlyList<AliceLayer> Layers { get; }

    /// <summary>The function between the layers; none follows the last.</summary>
    public Activation Activation => Network.Activation;

    internal DenseNetwork Network { get; }

    DataViewType IValueMapper.InputType => new VectorDataViewType(NumberDataViewType.Single, Network.InputCount);

    DataViewType IValueMapper.OutputType => OutputType;

    private protected abstract DataViewType OutputType { get; }

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
        base.SaveCore(ctx);
        Network.Save(ctx.Writer);
    }

    void ICanSaveInTextFormat.SaveAsText(TextWriter writer, RoleMappedSchema schema) => writer.WriteLine(ToString());

    void ICanSaveSummary.SaveSummary(TextWriter writer, RoleMappedSchema schema) => writer.WriteLine(ToString());

    /// <summary>The layers, the activation and the number of parameters, one line each layer.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{GetType().Name}: {DenseNetwork.Describe(Network.LayerSizes)}, ");
        text.Append(CultureInfo.InvariantCulture, $"{Activation}, {Network.Weights.Length} parameters");
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

    private static AliceLayer[] ListLayers(DenseNetwork network)
    {
        var layers = new AliceLayer[network.LayerSizes.Count - 1];
        var start = 0;
        for (var l = 0; l < layers.Length; l++)
        {
            var (inputs, outputs) = (network.LayerSizes[l], network.LayerSizes[l + 1]);
            layers[l] = new AliceLayer(inputs, outputs, network.Weights[start..]);
            start += (inputs + 1) * outputs;
        }
        return layers;
    }

    // Of the model block, and of the stream if that is shorter than its header says.
    private static long BytesLeft(ModelLoadContext ctx)
    {
        var end = ctx.FpMin + ctx.Header.FpModel + ctx.Header.CbModel;
        return Math.Min(end, ctx.Reader.BaseStream.Length) - ctx.Reader.BaseStream.Position;
    }
}
