using Alice.ML.Optimization;
using Alice.ML.Optimization.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>Measures the loss landscape of any TorchSharp module around its parameters, using only gradient
/// evaluations. The measurement separates glass, the small jumps of the gradient at ReLU boundaries, from smooth
/// curvature. Method: Duersch, Catanach, Safonov, Wendt, <i>Curvature in the Looking-Glass</i>, arXiv
/// 2411.16914.</summary>
public static class LandscapeProbe
{
    /// <summary>Evaluations at the parameters themselves: the second one checks that the first repeats.</summary>
    internal const int CentreEvaluations = 2;

    /// <summary>Measures the loss landscape around the parameters of a module.</summary>
    /// <remarks>Parameters, gradients, buffers, training mode and the state of the default CPU generator are restored
    /// before the method returns or throws. The state of the default generators of CUDA devices cannot be read, so
    /// dropout there would differ between calls.
    /// </remarks>
    /// <param name="module">The module, float32 or float64. All parameters that require a gradient are measured, in the
    /// module's current mode (training or evaluation).</param>
    /// <param name="lossClosure">Runs the same minibatch forward and backward on each call, and returns the loss, a
    /// scalar, as for <see cref="AliceOptimizer.step"/>. It is called
    /// <see cref="LandscapeOptions.GradientEvaluations"/> times.</param>
    /// <param name="options">What to measure. Default null: the default options.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the module has no parameters of the right
    /// type.</exception>
    /// <exception cref="InvalidOperationException">The closure returns different losses at the same parameters,
    /// computes no gradient, or gives a loss or gradient that is not finite.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    public static LandscapeReport Measure(nn.Module module, Func<Tensor> lossClosure, LandscapeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(lossClosure);
        options ??= new();
        options.Validate();
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _ = new ParameterVector(module); // says what is wrong before anything is changed
        using var snapshot = new ModuleSnapshot(module, options.DoublePrecision);
        var parameters = new ParameterVector(module);
        return new Measurement(parameters, new GradientProbe(parameters, lossClosure, snapshot, options), options)
            .Run();
    }
}
