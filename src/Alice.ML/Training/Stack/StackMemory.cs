using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>Parameters and averages of all networks of a stack, in two buffers. Values that are used together are
/// adjacent, so that one operation covers them: ν and the two outer points, ρ and h, h and s.</summary>
internal sealed class StackMemory : IDisposable
{
    private readonly List<Tensor> _views = [];
    private readonly Tensor _points;
    private readonly Tensor _averages;

    /// <param name="networks">Number of networks.</param>
    /// <param name="parameters">Number of parameters of a network.</param>
    /// <param name="type">Single or double precision.</param>
    /// <param name="device">The device.</param>
    public StackMemory(int networks, long parameters, ScalarType type, Device device)
    {
        _points = Zeros(4);
        _averages = Zeros(4);
        Center = View(_points.select(0, 0));
        LookAhead = View(_points.select(0, 1));
        Weights = View(_points.narrow(0, 0, 2));
        Outer = View(_points.narrow(0, 2, 2));
        Gradient = View(_averages.select(0, 0));
        Curvature = View(_averages.narrow(0, 1, 2));
        GlassDensity = View(_averages.select(0, 1));
        Hessian = View(_averages.select(0, 2));
        Squares = View(_averages.narrow(0, 2, 2));
        SecondMoment = View(_averages.select(0, 3));
        Mean = zeros([networks, parameters], type, device).DetachFromDisposeScope();

        Tensor Zeros(int values) => zeros([values, networks, parameters], type, device).DetachFromDisposeScope();
    }

    /// <summary>μ, [networks, parameters]. The following have the same shape unless they say otherwise.</summary>
    public Tensor Center { get; }

    /// <summary>ν.</summary>
    public Tensor LookAhead { get; }

    /// <summary>μ and ν, [2, networks, parameters].</summary>
    public Tensor Weights { get; }

    /// <summary>ν + σ·r and ν − σ·r, then the gradients there, [2, networks, parameters].</summary>
    public Tensor Outer { get; }

    /// <summary>g.</summary>
    public Tensor Gradient { get; }

    /// <summary>ρ and h, [2, networks, parameters].</summary>
    public Tensor Curvature { get; }

    /// <summary>ρ.</summary>
    public Tensor GlassDensity { get; }

    /// <summary>h.</summary>
    public Tensor Hessian { get; }

    /// <summary>h and s, [2, networks, parameters].</summary>
    public Tensor Squares { get; }

    /// <summary>s.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>The mean of the weights for predictions, if the schedule averages.</summary>
    public Tensor Mean { get; }

    /// <summary>The points of the gradients, [points · networks, parameters]: ν, or ν and <see cref="Outer"/>. The
    /// caller's scope owns them.</summary>
    public Tensor Points(int points) => _points.narrow(0, 1, points).view(points * _points.shape[1], -1);

    /// <summary>The six values of a network's state, [parameters] each, in the order of <see
    /// cref="Optimization.Update.AliceState.MoveInto"/>, outside any scope.</summary>
    public Tensor[] State(int network) =>
        [.. new[] { Center, LookAhead, Gradient, GlassDensity, Hessian, SecondMoment }.Select(
            all => Row(all, network))];

    /// <summary>The values of one network, outside any scope.</summary>
    public static Tensor Row(Tensor all, int network) => all.select(0, network).DetachFromDisposeScope();

    public void Dispose()
    {
        foreach (var view in _views)
            view.Dispose();
        _points.Dispose();
        _averages.Dispose();
        Mean.Dispose();
    }

    private Tensor View(Tensor view)
    {
        _views.Add(view.DetachFromDisposeScope());
        return view;
    }
}
