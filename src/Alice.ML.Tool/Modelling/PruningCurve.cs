using Alice.ML.Landscape;
using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>A pruned model.</summary>
/// <param name="Order">Name of the order in which weights were removed.</param>
/// <param name="Share">Share of the weights that were removed.</param>
/// <param name="Pruned">The model.</param>
/// <param name="Metric">Its main metric on the test rows.</param>
internal sealed record PrunedModel(
    string Order, double Share, CompressedModel<ITransformer> Pruned, Metric Metric);

/// <summary>The quality of a model as growing shares of its weights are removed.</summary>
internal static class PruningCurve
{
    public const string ByPredictedLoss = "by predicted loss";
    public const string ByMagnitude = "by magnitude";
    public const string AtRandom = "at random";
    public const string WithGradient = "with the gradient";

    /// <summary>The shares to remove.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

    /// <summary>The orders, with their names.</summary>
    public static IReadOnlyList<(string Name, PruneOrder Order)> Orders { get; } =
    [
        (ByPredictedLoss, PruneOrder.PredictedLoss), (ByMagnitude, PruneOrder.Magnitude),
        (AtRandom, PruneOrder.Random), (WithGradient, PruneOrder.PredictedLossWithGradient),
    ];

    /// <summary>Prunes a model in every order by every share.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows on which the predicted loss is measured.</param>
    /// <param name="testRows">Test rows.</param>
    /// <param name="labels">Labels of the test rows.</param>
    /// <param name="options">How the predicted loss is measured.</param>
    /// <param name="note">Receives what is left out.</param>
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
                   // These orders do not need a prediction, so the cheapest one will do.
                   Directions = order.Order is PruneOrder.Magnitude or PruneOrder.Random ? 1 : options.Directions,
               })
               select new PrunedModel(
                   order.Name, share, pruned, task.Test(ml, pruned.Model, testRows, labels, note)[0]),
        ];
    }
}
