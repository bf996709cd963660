using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Steps;

/// <summary>Evaluates the gradients of a step: one at the look-ahead point, or three. Owns their buffers.</summary>
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
    /// <param name="device">Device of the network.</param>
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

    /// <summary>Gradient at ν + σ·r.</summary>
    public Tensor Plus => _plusGradient.Flat;

    /// <summary>Gradient at ν − σ·r.</summary>
    public Tensor Minus => _minusGradient.Flat;

    /// <summary>Gradient at ν.</summary>
    public Tensor Centre => _centreGradient.Flat;

    /// <summary>The directions r of <see cref="Perturb"/>, if they are kept.</summary>
    public Tensor Directions => _directions ?? _minusPoint.Flat;

    /// <summary>Computes the outer points around <paramref name="lookAhead"/>.</summary>
    public void Perturb(ParameterViews lookAhead, double radius, ulong key)
    {
        // Unless the directions are kept, they are in the buffer of a point that is computed last.
        AliceDirections.Fill(Directions, key);
        AliceUpdate.Perturb(lookAhead.Flat, Directions, radius, _plusPoint.Flat, _minusPoint.Flat);
    }

    /// <summary>Evaluates the gradient of a minibatch at a point, and returns the loss there.</summary>
    public Tensor Evaluate(EvaluationPoint point, ParameterViews lookAhead, IReadOnlyList<Minibatch> parts) =>
        point switch
        {
            EvaluationPoint.Plus => Evaluate(_plusPoint, parts, _plusGradient),
            EvaluationPoint.Minus => Evaluate(_minusPoint, parts, _minusGradient),
            _ => Evaluate(lookAhead, parts, _centreGradient),
        };

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
        var loss = _network.Evaluate(at, parts[0], gradient);
        for (var i = 1; i < parts.Count; i++)
            loss.Add(_network.Evaluate(at, parts[i], gradient, adds: true));
        return loss;
    }
}
