using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Evaluates the gradients that a step of Alice needs: one at the look-ahead point, or three. Owns the buffers for them.
/// </summary>
internal sealed class GradientEvaluator : IDisposable
{
    // A batch of three points pays while a product is small; above this many multiply-adds one after the other is faster.
    private const long BatchedPointsLimit = 8_000_000;
    private const int Points = 3;

    private readonly NetworkShape _shape;
    private readonly Network _network;
    private readonly Tensor _points;
    private readonly Tensor _gradients;
    private readonly Tensor _directions;
    private readonly ParameterViews _allPoints;
    private readonly ParameterViews _allGradients;
    private readonly ParameterViews[] _pointViews;
    private readonly ParameterViews[] _gradientViews;

    public GradientEvaluator(NetworkShape shape, Network network, Device device)
    {
        _shape = shape;
        _network = network;
        using var scope = NewDisposeScope();
        _points = empty(Points, shape.Parameters, device: device).DetachFromDisposeScope();
        _gradients = empty_like(_points).DetachFromDisposeScope();
        _directions = empty(1, shape.Parameters, device: device).DetachFromDisposeScope();
        _allPoints = new ParameterViews(shape, _points);
        _allGradients = new ParameterViews(shape, _gradients);
        _pointViews = Split(_points);
        _gradientViews = Split(_gradients);
    }

    /// <summary>Gradient at ν + σ·r after <see cref="Sample"/>.</summary>
    public Tensor Plus => _gradientViews[0].Flat;

    /// <summary>Gradient at ν − σ·r after <see cref="Sample"/>.</summary>
    public Tensor Minus => _gradientViews[1].Flat;

    /// <summary>Gradient at ν.</summary>
    public Tensor Centre => _gradientViews[2].Flat;

    /// <summary>Minibatch gradients so far.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Evaluates the gradient at <paramref name="lookAhead"/> and gives the loss there.</summary>
    public Tensor Quick(ParameterViews lookAhead, IReadOnlyList<Minibatch> parts)
    {
        Evaluations++;
        return Sum(lookAhead, parts, _gradientViews[2]);
    }

    /// <summary>Evaluates the gradients at <paramref name="lookAhead"/> and both sides of it and gives the loss at the former.</summary>
    public Tensor Sample(Tensor lookAhead, IReadOnlyList<Minibatch> parts, double radius, Generator generator)
    {
        AliceDirections.Fill(_directions, generator);
        AliceUpdate.Perturb(lookAhead, _directions, radius, _pointViews[0].Flat, _pointViews[1].Flat);
        _pointViews[2].Flat.copy_(lookAhead);
        Evaluations += Points;
        if (_shape.Parameters * parts[0].Rows < BatchedPointsLimit)
            return Sum(_allPoints, parts, _allGradients)[Points - 1];

        Tensor? loss = null;
        for (var point = 0; point < Points; point++)
            loss = Sum(_pointViews[point], parts, _gradientViews[point]);
        return loss!;
    }

    private Tensor Sum(ParameterViews at, IReadOnlyList<Minibatch> parts, ParameterViews gradient)
    {
        var loss = _network.Evaluate(at, parts[0], gradient);
        foreach (var part in parts.Skip(1))
        {
            using var scope = NewDisposeScope();
            loss.Add(_network.Evaluate(at, part, gradient, adds: true));
        }
        return loss;
    }

    private ParameterViews[] Split(Tensor block) =>
        [.. Enumerable.Range(0, Points)
            .Select(point => new ParameterViews(_shape, block.narrow(0, point, 1).DetachFromDisposeScope()))];

    public void Dispose()
    {
        foreach (var views in _pointViews.Concat(_gradientViews))
        {
            views.Dispose();
            views.Flat.Dispose();
        }
        _allPoints.Dispose();
        _allGradients.Dispose();
        _points.Dispose();
        _gradients.Dispose();
        _directions.Dispose();
    }
}
