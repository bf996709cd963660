using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>A loss of the network's outputs against targets.</summary>
internal interface IObjective
{
    /// <summary>
    /// Loss of every row and copy, and the gradient of its sum over the rows.
    /// </summary>
    /// <param name="outputs">Outputs of the network [copies, rows, outputs]; may be overwritten.</param>
    /// <param name="targets">Targets [rows, 1].</param>
    /// <param name="gradient">Gradient with respect to the outputs [copies, rows, outputs].</param>
    /// <returns>Loss [copies, rows, 1].</returns>
    Tensor Evaluate(Tensor outputs, Tensor targets, out Tensor gradient);
}

/// <summary>(output − target)².</summary>
internal sealed class SquaredError : IObjective
{
    public Tensor Evaluate(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var difference = outputs.sub_(targets);
        var loss = difference.square();
        gradient = difference.mul_(2);
        return loss;
    }
}
