using Alice.ML.Models;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceRegressionModelParameters), null, typeof(SignatureLoadModel),
    "Alice Regression Model", AliceRegressionModelParameters.LoaderSignature)]

namespace Alice.ML.Models;

/// <summary>
/// A trained network that maps a vector of features to a number in the label's units.
/// </summary>
/// <inheritdoc/>
public sealed class AliceRegressionModelParameters : AliceModelParameters<float>
{
    internal const string LoaderSignature = "AliceRegressionModel";

    internal AliceRegressionModelParameters(IHostEnvironment env, DenseNetwork network)
        : base(env, LoaderSignature, network, Misfit)
    {
    }

    private AliceRegressionModelParameters(IHostEnvironment env, ModelLoadContext ctx)
        : base(env, LoaderSignature, ctx, Misfit)
    {
    }

    // Called by ML.NET's loader, which finds it by its name.
    internal static AliceRegressionModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new AliceRegressionModelParameters(env, ctx);
    }

    private protected override PredictionKind PredictionKind => PredictionKind.Regression;

    private protected override DataViewType OutputType => NumberDataViewType.Single;

    private protected override VersionInfo Version => GetVersion();

    private protected override ValueMapper<VBuffer<float>, float> CreateMapper() =>
        (in VBuffer<float> features, ref float score) => Network.Forward(in features, new Span<float>(ref score));

    private static VersionInfo GetVersion() => MakeVersion("ALICE RG", LoaderSignature);

    private static string? Misfit(DenseNetwork network) =>
        network.OutputCount != 1 ? $"The network has {network.OutputCount} outputs; a regression network has one."
        : network.OutputTransform == OutputTransform.Softmax ? "A regression network has no softmax."
        : null;
}
