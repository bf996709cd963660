using Alice.ML.Models;
using Alice.ML.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceMultioutputTransformer), null, typeof(SignatureLoadModel),
    "Alice Multioutput Transformer", AliceMultioutputTransformer.LoaderSignature)]

namespace Alice.ML.Transforms;

/// <summary>Transformer that adds the column Score of an <see cref="AliceMultioutputModelParameters"/> to the data and,
/// if the model has them, ScoreStandardDeviation and Quantiles. Thread-safe.</summary>
public sealed class AliceMultioutputTransformer
    : SingleFeaturePredictionTransformerBase<AliceMultioutputModelParameters>
{
    internal const string LoaderSignature = "AliceMultioutputPred";

    internal AliceMultioutputTransformer(IHostEnvironment env, AliceMultioutputModelParameters model,
        DataViewSchema trainSchema, string featureColumn)
        : base(env.Register(LoaderSignature), model, trainSchema, featureColumn) => Scorer = GetGenericScorer();

    private AliceMultioutputTransformer(IHostEnvironment env, ModelLoadContext ctx)
        : base(env.Register(LoaderSignature), ctx) => Scorer = GetGenericScorer();

    // ML.NET's loader finds this method by its name.
    internal static AliceMultioutputTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new AliceMultioutputTransformer(env, ctx);
    }

    // *** Binary format ***
    // the model, the training data's schema and the feature column's name, as the base class writes them
    private protected override void SaveCore(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersion());
        base.SaveCore(ctx);
    }

    private static VersionInfo GetVersion() => new(
        modelSignature: "ALICEMOT",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(AliceMultioutputTransformer).Assembly.FullName);
}
