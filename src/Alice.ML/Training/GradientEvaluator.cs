using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>Evaluates the gradients that a step of Alice needs: one at the look-ahead point, or three. Owns the buffers
/// for them.
/// </summary>
internal sealed class GradientEvaluator : IDisposable
{
    private readonly Network _network;
    private readonly Tensor? _directions;
    private readonly ParameterViews _plusPoint;
    private readonly ParameterViews _minusPoint;
    private readonly ParameterViews _plusGradient;
    private readonly ParameterViews _minusGradient;
    private readonly ParameterViews _centreGradient;

    /// <param name="network">The network.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="keepsDirections">Whether <see cref="Directions"/> will be read.</param>
    public GradientEvaluator(Network network, Device device, bool keepsDirections = false)
    {
        _network = network;
        _plusPoint = Buffer();
        _minusPoint = Buffer();
        _plusGradient = Buffer();
        _minusGradient = Buffer();
        _centreGradient = Buffer();
        if (keepsDirections)
            _directions = empty(network.Shape.Parameters, device: device).DetachFromDisposeScope();

        ParameterViews Buffer() =>
            new(network.Shape, empty(network.Shape.Parameters, device: device).DetachFromDisposeScope());
    }

    /// <summary>Gradient at ν + σ·r after <see cref="Sample"/>.</summary>
    public Tensor Plus => _plusGradient.Flat;

    /// <summary>Gradient at ν − σ·r after <see cref="Sample"/>.</summary>
    public Tensor Minus => _minusGradient.Flat;

    /// <summary>Gradient at ν.</summary>
    public Tensor Centre => _centreGradient.Flat;

    /// <summary>The directions r of <see cref="Sample"/>, where they are kept.</summary>
    public Tensor Directions => _directions ?? _minusPoint.Flat;

    /// <summary>Minibatch gradients so far.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Evaluates the gradient at <paramref name="lookAhead"/> and gives the loss there.</summary>
    public Tensor Quick(ParameterViews lookAhead, IReadOnlyList<Minibatch> parts) =>
        Evaluate(lookAhead, parts, _centreGradient);

    /// <summary>Evaluates the gradients at <paramref name="lookAhead"/> and both sides of it and gives the loss at the
    /// former.</summary>
    public Tensor Sample(ParameterViews lookAhead, IReadOnlyList<Minibatch> parts, double radius, ulong key)
    {
        // Where directions are not kept, they are where one of the points will be.
        AliceDirections.Fill(Directions, key);
        AliceUpdate.Perturb(lookAhead.Flat, Directions, radius, _plusPoint.Flat, _minusPoint.Flat);
        Evaluate(_plusPoint, parts, _plusGradient);
        Evaluate(_minusPoint, parts, _minusGradient);
        return Evaluate(lookAhead, parts, _centreGradient);
    }

    public void Dispose()
    {
        _directions?.Dispose();
        foreach (var buffer in new[] { _plusPoint, _minusPoint, _plusGradient, _minusGradient, _centreGradient })
        {
            buffer.Dispose();
            buffer.Flat.Dispose();
        }
    }

    private Tensor Evaluate(ParameterViews at, IReadOnlyList<Minibatch> parts, ParameterViews gradient)
    {
        Evaluations++;
        var loss = _network.Evaluate(at, parts[0], gradient);
        for (var i = 1; i < parts.Count; i++)
            loss.Add(_network.Evaluate(at, parts[i], gradient, adds: true));
        return loss;
    }
}
