using Alice.ML.Models;
using Alice.ML.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AliceMultilabelTransformer), null, typeof(SignatureLoadModel),
    "Alice Multilabel Transformer", AliceMultilabelTransformer.LoaderSignature)]

namespace Alice.ML.Transforms;

/// <summary>Transformer that adds the columns PredictedLabel, Score and Probability of an
/// <see cref="AliceMultilabelModelParameters"/> to the data. Thread-safe.</summary>
public sealed class AliceMultilabelTransformer
    : SingleFeaturePredictionTransformerBase<AliceMultilabelModelParameters>
{
    internal const string LoaderSignature = "AliceMultilabelPred";

    internal AliceMultilabelTransformer(IHostEnvironment env, AliceMultilabelModelParameters model,
        DataViewSchema trainSchema, string featureColumn)
        : base(env.Register(LoaderSignature), model, trainSchema, featureColumn) => Scorer = GetGenericScorer();

    private AliceMultilabelTransformer(IHostEnvironment env, ModelLoadContext ctx)
        : base(env.Register(LoaderSignature), ctx) => Scorer = GetGenericScorer();

    // ML.NET's loader finds this method by its name.
    internal static AliceMultilabelTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersion());
        return new AliceMultilabelTransformer(env, ctx);
    }

    // *** Binary format ***
    // the model, the training data's schema and the feature column's name, as the base class writes them
    private protected override void SaveCore(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersion());
        base.SaveCore(ctx);
    }

    private static VersionInfo GetVersion() => new(
        modelSignature: "ALICEMLT",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(AliceMultilabelTransformer).Assembly.FullName);
}
