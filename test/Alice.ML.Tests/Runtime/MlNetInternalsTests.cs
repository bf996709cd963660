using System.Reflection;

namespace Alice.ML.Tests.Runtime;

/// <summary>What Alice.ML uses of ML.NET without a promise that it stays. See docs/mlnet-internals.md.</summary>
[TestClass]
public class MlNetInternalsTests
{
    private const string Core = "Microsoft.ML.Core";
    private const string Data = "Microsoft.ML.Data";

    [TestMethod]
    // Models: base class and interfaces.
    [DataRow(Data, "Microsoft.ML.Trainers.ModelParametersBase`1", ".ctor, Host, SaveCore, PredictionKind")]
    [DataRow(Core, "Microsoft.ML.Data.IValueMapper", "InputType, OutputType, GetMapper")]
    [DataRow(Core, "Microsoft.ML.Data.ValueMapper`2", "Invoke")]
    [DataRow(Data, "Microsoft.ML.Model.ICanSaveInTextFormat", "SaveAsText")]
    [DataRow(Data, "Microsoft.ML.Model.ICanSaveSummary", "SaveSummary")]
    // Models: contributions of features.
    [DataRow(Data, "Microsoft.ML.Trainers.IFeatureContributionMapper", "GetFeatureContributionMapper")]
    [DataRow(Data, "Microsoft.ML.Trainers.FeatureContributionCalculator", ".ctor")]
    [DataRow(Data, "Microsoft.ML.Numeric.VectorUtils", "SparsifyNormalize")]
    // Models: saving and loading.
    [DataRow(Core, "Microsoft.ML.LoadableClassAttribute", ".ctor")]
    [DataRow(Core, "Microsoft.ML.SignatureLoadModel", "Invoke")]
    [DataRow(Core, "Microsoft.ML.ModelSaveContext", "Writer, SetVersionInfo")]
    [DataRow(Core, "Microsoft.ML.ModelLoadContext", "Reader, FpMin, Header, CheckAtModel")]
    [DataRow(Core, "Microsoft.ML.ModelHeader", "FpModel, CbModel")]
    [DataRow(Core, "Microsoft.ML.VersionInfo", ".ctor")]
    // Models: ONNX.
    [DataRow(Data, "Microsoft.ML.Model.OnnxConverter.ICanSaveOnnx", "CanSaveOnnx")]
    [DataRow(Data, "Microsoft.ML.Model.OnnxConverter.ISingleCanSaveOnnx", "SaveAsOnnx")]
    [DataRow(Data, "Microsoft.ML.Model.OnnxConverter.OnnxContext",
        "AddInitializer, AddIntermediateVariable, CheckOpSetVersion, CreateNode, GetNodeName")]
    [DataRow(Data, "Microsoft.ML.Model.OnnxConverter.OnnxNode", "AddAttribute")]
    // Models: probabilities.
    [DataRow(Data, "Microsoft.ML.Calibrators.ValueMapperCalibratedModelParameters`2", ".ctor")]
    [DataRow(Data, "Microsoft.ML.Calibrators.PlattCalibrator", ".ctor")]
    // Target encoding.
    [DataRow(Data, "Microsoft.ML.Data.OneToOneTransformerBase", ".ctor, Host, ColumnPairs, SaveColumns, SaveModel, "
        + "CheckInputColumn, MakeRowMapper")]
    [DataRow(Data, "Microsoft.ML.Data.OneToOneTransformerBase+OneToOneMapperBase",
        ".ctor, ColMapNewToOld, GetOutputColumnsCore, MakeGetter")]
    [DataRow(Data, "Microsoft.ML.Data.RowToRowMapperTransform", ".ctor")]
    [DataRow(Data, "Microsoft.ML.Data.RowCursorUtils", "GetLabelGetter")]
    [DataRow(Core, "Microsoft.ML.SchemaShape", "Create")]
    [DataRow(Core, "Microsoft.ML.SchemaShape+Column", ".ctor, GetTypeString")]
    [DataRow(Core, "Microsoft.ML.Runtime.IHostEnvironmentInternal", "Seed")]
    // Models: scoring.
    [DataRow(Data, "Microsoft.ML.Data.RegressionPredictionTransformer`1", ".ctor")]
    [DataRow(Data, "Microsoft.ML.Data.BinaryPredictionTransformer`1", ".ctor")]
    [DataRow(Data, "Microsoft.ML.Data.MulticlassPredictionTransformer`1", ".ctor")]
    public void An_internal_that_we_use_is_still_there(string assembly, string type, string members)
    {
        var found = Assembly.Load(assembly).GetType(type);
        Assert.IsNotNull(found, $"{assembly} no longer has the type {type}: docs/mlnet-internals.md says what to do.");
        const BindingFlags Any =
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        foreach (var member in members.Split(", "))
            Assert.AreNotEqual(0, found.GetMember(member, Any).Length,
                $"{type} in {assembly} no longer has {member}: docs/mlnet-internals.md says what to do.");
    }
}
