using System.Globalization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>Loss and gradient of a module at any point, with the same random draws each time.</summary>
internal sealed class GradientProbe(
    ParameterVector parameters, Func<Tensor> closure, ModuleSnapshot snapshot, LandscapeOptions options)
{
    /// <summary>Calls of the closure so far.</summary>
    public int Evaluations { get; private set; }

    /// <summary>The loss and the gradient [parameters], float64, at a point; the gradient belongs to the caller's
    /// scope.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="InvalidOperationException">No loss or gradient, or one that is not finite.</exception>
    public (double Loss, Tensor Gradient) At(Tensor point)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        parameters.Place(point);
        parameters.ClearGradients();
        snapshot.RewindRandom();
        double loss;
        using (var scope = NewDisposeScope())
        using (enable_grad())
        {
            using var result = closure() ?? throw new InvalidOperationException("The closure returned no loss.");
            loss = result.detach().to(ScalarType.Float64).cpu().item<double>();
        }
        var gradient = parameters.Gradients();
        Evaluations++;
        if (!double.IsFinite(loss) || !AliceUpdate.IsFinite(gradient))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Evaluation {Evaluations} gave a loss of {loss} or a gradient that is not finite. Lower "
                + $"MaximumDistance, Radius or LineLength, or look for infinite or missing values in the inputs."));
        options.Progress?.Report(Evaluations);
        return (loss, gradient);
    }

    /// <summary>The gradients on both sides of a point.</summary>
    public (Tensor Even, Tensor Odd) Around(Tensor point, Tensor away, Tensor gradient)
    {
        var plus = At(point.Plus(away)).Gradient;
        var minus = At(point - away).Gradient;
        return (plus.Plus(minus).Scale(0.5).sub_(gradient), plus.sub_(minus).Scale(0.5));
    }
}
