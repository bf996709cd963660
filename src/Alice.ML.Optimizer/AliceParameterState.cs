using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>The state that the optimizer keeps for one parameter: six tensors of the parameter's shape. The tensors are
/// the optimizer's own memory and change with each step. Read or copy them, but do not change or dispose
/// them.</summary>
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

    /// <summary>μ: the parameter values between steps, to use for predictions.</summary>
    public Tensor Center { get; }

    /// <summary>ν: the point at which the next gradient is evaluated.</summary>
    public Tensor LookAhead { get; }

    /// <summary>g: running mean of the gradient, including regularization.</summary>
    public Tensor Gradient { get; }

    /// <summary>ρ: running mean of the glass density, the variance of gradient changes per unit length.</summary>
    public Tensor GlassDensity { get; }

    /// <summary>h: running mean of |ĥ|. With <see cref="HessianEstimate.RootMeanSquare"/> it is the running mean of ĥ²,
    /// with <see cref="HessianEstimate.Signed"/> that of r · ĥ.</summary>
    public Tensor Hessian { get; }

    /// <summary>s: running mean of the squared gradient, without regularization.</summary>
    public Tensor SecondMoment { get; }

    internal IReadOnlyList<Tensor> All => [Center, LookAhead, Gradient, GlassDensity, Hessian, SecondMoment];
}
