using Alice.ML.Models;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceRegressionModelParameters), null, typeof(SignatureLoadModel),
    "Alice Regression Model", AliceRegressionModelParameters.LoaderSignature)]

namespace Alice.ML.Models;

/// <summary>
/// A trained network that maps a vector of features to a number. Scores in plain .NET, without TorchSharp; thread-safe.
/// </summary>
/// <remarks>
/// A missing feature (NaN) gives a score of NaN: replace missing values earlier in the pipeline. Features of another
/// length than in training are refused with an <see cref="ArgumentException"/>. A damaged model file makes
/// <c>Model.Load</c> fail; the <see cref="FormatException"/> that says what is wrong is then
/// <c>exception.GetBaseException()</c>.
/// </remarks>
public sealed class AliceRegressionModelParameters : AliceModelParameters<float>
{
    internal const string LoaderSignature = "AliceRegressionModel";
    private const string RegistrationName = "AliceRegressionModel";

    internal AliceRegressionModelParameters(IHostEnvironment env, DenseNetwork network)
        : base(env, RegistrationName, network)
    {
        Host.CheckParam(network.OutputCount == 1, nameof(network), "A regression network has one output");
    }

    private AliceRegressionModelParameters(IHostEnvironment env, ModelLoadContext ctx)
        : base(env, RegistrationName, ctx)
    {
        if (Network.OutputCount != 1)
            throw new FormatException($"The network has {Network.OutputCount} outputs; a regression network has one.");
    }

    // Called by ML.NET's loader, which finds it by its name.
    internal static AliceRegressionModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new AliceRegressionModelParameters(env, ctx);
    }

    private protected override PredictionKind PredictionKind => PredictionKind.Regression;

    private protected override DataViewType OutputType => NumberDataViewType.Single;

    private protected override ValueMapper<VBuffer<float>, float> CreateMapper() =>
        (in VBuffer<float> features, ref float score) => Network.Forward(in features, new Span<float>(ref score));

    private protected override void SaveCore(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        base.SaveCore(ctx);
    }

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "ALICE RG",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(AliceRegressionModelParameters).Assembly.FullName);
}
