namespace Alice.ML.Landscape;

/// <summary>A model with some of its weights changed, and what that was predicted to cost and has cost.</summary>
/// <remarks>Losses are means over the rows and the networks, in the units of training: for regression by the squared
/// error those of a label with variance 1, for classification natural logarithms.
/// </remarks>
/// <typeparam name="TModel">The model.</typeparam>
/// <param name="Model">The new model. The one it was made from stays as it is.</param>
/// <param name="WeightCount">Weights of the model before, without biases, over all networks.</param>
/// <param name="ChangedCount">How many of them were removed, or rounded.</param>
/// <param name="Loss">Loss before.</param>
/// <param name="PredictedLoss"> Loss before, and the sum over the changed weights of ½ h δ² + c √ρ |δ|^(3/2), never
/// below 0: each as if it were changed alone.
/// </param>
/// <param name="MeasuredLoss">Loss after.</param>
public sealed record CompressedModel<TModel>(
    TModel Model, int WeightCount, int ChangedCount, double Loss, double PredictedLoss, double MeasuredLoss);
