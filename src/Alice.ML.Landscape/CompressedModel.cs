namespace Alice.ML.Landscape;

/// <summary>A compressed model, with the predicted and the measured change of its loss.</summary>
/// <remarks>Losses are means over the rows and the networks, in the units of training. For regression with squared
/// error, the label is scaled to variance 1. For classification, the loss is in natural logarithms.
/// </remarks>
/// <typeparam name="TModel">Type of the model.</typeparam>
/// <param name="Model">The compressed model. The original model is not changed.</param>
/// <param name="WeightCount">Number of weights of the original model, without biases, over all networks.</param>
/// <param name="ChangedCount">Number of weights that were removed or rounded.</param>
/// <param name="Loss">Loss of the original model.</param>
/// <param name="PredictedLoss">Predicted loss of the compressed model: the loss of the original plus the sum of ½ h δ²
/// + c √ρ |δ|^(3/2) over the changed weights, as if each were changed alone. Never below 0.</param>
/// <param name="MeasuredLoss">Measured loss of the compressed model.</param>
public sealed record CompressedModel<TModel>(
    TModel Model, int WeightCount, int ChangedCount, double Loss, double PredictedLoss, double MeasuredLoss);
