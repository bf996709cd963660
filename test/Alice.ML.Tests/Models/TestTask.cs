using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

/// <summary>A task, with what its model needs.</summary>
public enum TestTask
{
    Regression,
    PoissonRegression,
    Binary,
    Multiclass,
}

internal static class TestTasks
{
    public static readonly string[] ClassNames = ["ash", "birch", "cedar"];

    public static DenseNetwork Network(TestTask task, Activation activation, int seed, params int[] inputsAndHidden)
    {
        var outputs = task == TestTask.Multiclass ? ClassNames.Length : 1;
        var network = TestModels.Network(activation, seed, [.. inputsAndHidden, outputs]);
        return new DenseNetwork(network.LayerSizes, activation, network.Weights.ToArray(), task switch
        {
            TestTask.PoissonRegression => OutputTransform.Exponential,
            TestTask.Multiclass => OutputTransform.Softmax,
            _ => OutputTransform.Identity,
        });
    }

    public static ITransformer Transformer(
        TestTask task, MLContext context, NetworkEnsemble ensemble, DataViewSchema schema)
    {
        const string Features = nameof(Row.Features);
        return task switch
        {
            TestTask.Binary => new BinaryPredictionTransformer<
                CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator>>(
                context, AliceBinaryModelParameters.Calibrated(context, ensemble), schema, Features),
            TestTask.Multiclass => new MulticlassPredictionTransformer<AliceMulticlassModelParameters>(
                context, new AliceMulticlassModelParameters(context, ensemble), schema, Features, nameof(Row.Species)),
            _ => new RegressionPredictionTransformer<AliceRegressionModelParameters>(
                context, new AliceRegressionModelParameters(context, ensemble), schema, Features),
        };
    }

    /// <summary>The same rows as <see cref="TestModels.View"/>, with the species as keys.</summary>
    public static IDataView View(MLContext context, IEnumerable<Row> rows, int featureCount)
    {
        var view = TestModels.View(context, rows, featureCount);
        var names = context.Data.LoadFromEnumerable(ClassNames.Select(name => new ClassName { Species = name }));
        var toKey = context.Transforms.Conversion.MapValueToKey(nameof(Row.Species), keyData: names);
        return toKey.Fit(view).Transform(view);
    }

    /// <summary>The parameters inside a transformer; those under the calibrator for the binary task.</summary>
    public static object Parameters(ITransformer model) =>
        ((ISingleFeaturePredictionTransformer<object>)model).Model is CalibratedModelParametersBase calibrated
            ? calibrated.SubModel
            : ((ISingleFeaturePredictionTransformer<object>)model).Model;

    /// <summary>Everything in a view that a reader can see: columns, types, annotations and values, exactly.</summary>
    public static string[] Contents(IDataView view)
    {
        var preview = view.Preview(int.MaxValue);
        return [.. Describe(preview.Schema),
            .. preview.RowView.Select(row => string.Join("; ", row.Values.Select(v => Text(v.Value))))];
    }

    public static string[] Describe(DataViewSchema schema) =>
        [.. schema.Where(column => !column.IsHidden).Select(column => $"{column.Name}: {column.Type} ("
            + string.Join(", ", column.Annotations.Schema.Select(a => Describe(column, a))) + ")")];

    private static string Describe(DataViewSchema.Column column, DataViewSchema.Column annotation)
    {
        if (annotation.Type is not VectorDataViewType { ItemType: TextDataViewType })
            return $"{annotation.Name}: {annotation.Type}";
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(annotation.Name, ref names);
        return $"{annotation.Name}: {Text(names)}";
    }

    public static string Text(object value) => value switch
    {
        VBuffer<float> numbers => string.Join(' ', numbers.DenseValues().Select(v => $"{v:R}")),
        VBuffer<ReadOnlyMemory<char>> names => string.Join(' ', names.DenseValues()),
        float number => $"{number:R}",
        _ => $"{value}",
    };

    private sealed class ClassName
    {
        public string Species { get; set; } = "";
    }
}
