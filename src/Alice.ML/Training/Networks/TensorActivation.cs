using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Training.Networks;

/// <summary>Activations and their derivatives on tensors.</summary>
internal static class TensorActivation
{
    /// <summary>Whether the derivative needs the value before the activation.</summary>
    public static bool NeedsInput(this Activation activation) => activation is Activation.GELU or Activation.SiLU;

    /// <summary>Applies the activation, in place unless its derivative needs the input.</summary>
    public static Tensor Apply(this Activation activation, Tensor input) => activation switch
    {
        Activation.ReLU => input.relu_(),
        Activation.Tanh => input.tanh_(),
        Activation.SiLU => input.sigmoid().mul_(input),
        Activation.GELU => nn.functional.gelu(input),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
    };

    /// <summary>Multiplies <paramref name="gradient"/>, in place, by the derivative.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="gradient">Gradient at the output.</param>
    /// <param name="input">Value before the activation, if <see cref="NeedsInput"/>.</param>
    /// <param name="output">Value after the activation.</param>
    public static void MultiplyDerivative(this Activation activation, Tensor gradient, Tensor input, Tensor output)
    {
        switch (activation)
        {
            case Activation.ReLU: // the output is 0 or above: its sign is the derivative
                gradient.mul_(output.sign());
                break;
            case Activation.Tanh: // 1 − y²
                gradient.sub_(gradient.mul(output).mul_(output));
                break;
            case Activation.SiLU: // σ(x) + y (1 − σ(x))
                var sigmoid = input.sigmoid();
                gradient.mul_(output.sub(output.mul(sigmoid)).Add(sigmoid));
                break;
            case Activation.GELU: // Φ(x) + x φ(x)
                var cumulative = input.mul(input.Constant(Math.Sqrt(0.5))).erf_().Shift(1).Scale(0.5);
                var density = input.mul(input).Scale(-0.5).exp_().Scale(1 / Math.Sqrt(2 * Math.PI));
                gradient.mul_(cumulative.Add(input.mul(density)));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, null);
        }
    }
}
