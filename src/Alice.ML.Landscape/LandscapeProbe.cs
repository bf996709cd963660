using Alice.ML.Optimization;
using Alice.ML.Optimization.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>Measures how the loss of any TorchSharp module looks around its parameters, from plain gradient
/// evaluations: how much of it is glass, the small jumps of the gradient that ReLUs make, and how much is smooth
/// curvature. Method: Duersch, Catanach, Safonov, Wendt,
/// <i>Curvature in the Looking-Glass</i>, arXiv 2411.16914.
/// </summary>
public static class LandscapeProbe
{
    /// <summary>Evaluations at the parameters themselves: the second one checks that the first repeats.</summary>
    internal const int CentreEvaluations = 2;

    /// <summary>Measures the landscape around a module's parameters.</summary>
    /// <remarks>Parameters, gradients, buffers, training mode and the CPU's default random generator are as before when
    /// it returns or throws. (The state of CUDA's default generators cannot be read: there dropout would differ from
    /// call to call.)
    /// </remarks>
    /// <param name="module">The module; parameters that require a gradient are measured. Float32 or float64, in its
    /// current mode.</param>
    /// <param name="lossClosure"> As for <see cref="AliceOptimizer.step"/>: evaluates always the same minibatch forward
    /// and backward and returns the loss, one number. It is called <see cref="LandscapeOptions.GradientEvaluations"/>
    /// times.
    /// </param>
    /// <param name="options">What to measure; null: the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the module has no parameters of the right
    /// type.</exception>
    /// <exception cref="InvalidOperationException">
    /// The closure gives different losses at the same parameters, no gradient, or one that is not finite.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled by the options' token.</exception>
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
