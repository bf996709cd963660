using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>
/// What the optimizer keeps for one parameter: six tensors of the parameter's shape. They are the optimizer's own
/// memory: read them, copy them, but neither change nor dispose them. They change with each step.
/// </summary>
public sealed class AliceParameterState
{
    internal AliceParameterState(Func<Tensor, Tensor> view, AliceState state)
    {
        Center = view(state.Center);
        LookAhead = view(state.LookAhead);
        Gradient = view(state.Gradient);
        GlassDensity = view(state.GlassDensity);
        Hessian = view(state.Hessian);
        SecondMoment = view(state.SecondMoment);
    }

    /// <summary>μ: the parameter values that predictions use and that the module holds between steps.</summary>
    public Tensor Center { get; }

    /// <summary>ν: the point at which the next gradient is evaluated.</summary>
    public Tensor LookAhead { get; }

    /// <summary>g: running mean gradient, with regularization.</summary>
    public Tensor Gradient { get; }

    /// <summary>ρ: running density of gradient variance per unit length.</summary>
    public Tensor GlassDensity { get; }

    /// <summary>h: running mean of |ĥ|; of ĥ² where the options say <see cref="HessianEstimate.RootMeanSquare"/>, of r
    /// · ĥ where they say <see cref="HessianEstimate.Signed"/>.
    /// </summary>
    public Tensor Hessian { get; }

    /// <summary>s: running mean of the squared raw gradient.</summary>
    public Tensor SecondMoment { get; }

    internal IReadOnlyList<Tensor> All => [Center, LookAhead, Gradient, GlassDensity, Hessian, SecondMoment];
}
