using Alice.ML.Landscape;
using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>A model without a share of its weights.</summary>
/// <param name="Order">The name of the order in which weights were removed.</param>
/// <param name="Share">The share.</param>
/// <param name="Pruned">The model.</param>
/// <param name="Metric">Its main metric on the test rows.</param>
internal sealed record PrunedModel(
    string Order, double Share, CompressedModel<ITransformer> Pruned, Metric Metric);

/// <summary>How well a model predicts without growing shares of its weights.</summary>
internal static class PruningCurve
{
    public const string ByPredictedLoss = "by predicted loss";
    public const string ByMagnitude = "by magnitude";
    public const string AtRandom = "at random";
    public const string WithGradient = "with the gradient";

    /// <summary>The shares that are removed.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

    /// <summary>The orders, with their names.</summary>
    public static IReadOnlyList<(string Name, PruneOrder Order)> Orders { get; } =
    [
        (ByPredictedLoss, PruneOrder.PredictedLoss), (ByMagnitude, PruneOrder.Magnitude),
        (AtRandom, PruneOrder.Random), (WithGradient, PruneOrder.PredictedLossWithGradient),
    ];

    /// <summary>Prunes a model in every order by every share.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="model">The model, with what it expects of a file.</param>
    /// <param name="rows">Rows that choose the weights.</param>
    /// <param name="testRows">Rows that test.</param>
    /// <param name="labels">The labels of those.</param>
    /// <param name="options">How the predicted loss is measured.</param>
    /// <param name="note">Told of what is left out.</param>
    public static PrunedModel[] Measure(MLContext ml, SavedModel model, IDataView rows, IDataView testRows,
        float[] labels, PruneOptions options, Action<string> note)
    {
        var task = TableTask.For(model.Schema);
        var columns = new LandscapeDataOptions { LabelColumnName = model.Schema.Label.Name };
        return
        [
            .. from order in Orders
               from share in Shares
               let pruned = model.Pipeline.Prune(share, rows, columns, options with
               {
                   Order = order.Order,
                   // Orders without a prediction: their predicted loss is not shown.
                   Directions = order.Order is PruneOrder.Magnitude or PruneOrder.Random ? 1 : options.Directions,
               })
               select new PrunedModel(
                   order.Name, share, pruned, task.Test(ml, pruned.Model, testRows, labels, note)[0]),
        ];
    }
}
