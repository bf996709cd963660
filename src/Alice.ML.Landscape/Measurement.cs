using System.Globalization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>The parts of one measurement around a module's parameters.</summary>
internal sealed class Measurement
{
    // Rounding errors of a gradient, in units of its size times the type's precision.
    private const double RoundingErrors = 30;

    private readonly ParameterVector _parameters;
    private readonly GradientProbe _probe;
    private readonly LandscapeOptions _options;
    private readonly Tensor _centre;
    private readonly ulong _key;

    public Measurement(ParameterVector parameters, GradientProbe probe, LandscapeOptions options)
    {
        _parameters = parameters;
        _probe = probe;
        _options = options;
        _centre = parameters.Values();
        _key = AliceDirections.Key((ulong)options.Seed, 0);
        (Loss, Gradient) = Centre();
    }

    /// <summary>The loss at the parameters.</summary>
    public double Loss { get; }

    /// <summary>The gradient there [parameters].</summary>
    public Tensor Gradient { get; }

    /// <summary>Everything that a report holds.</summary>
    public LandscapeReport Run()
    {
        var step = _options.Step is { } given ? _parameters.Gather(given) : null;
        var distances = _options.Distances();
        var variation = distances.Select((distance, i) => Vary(distance, i + 1)).ToArray();
        var curvature = Curvature.Measure(_probe, _centre, Gradient, Signs(0), _options.Radius);
        step ??= curvature.AliceStep(Gradient, _options.Optimizer);
        var line = LineProbe.Follow(_probe, _centre, Gradient, Loss, step, curvature.Density, _options);

        var ranges = _parameters.Groups.Append(new ParameterRange("total", 0, _parameters.Count)).ToArray();
        var layers = ranges.Select((range, i) => Layer(range, [.. variation.Select(v => v[i])], curvature, step))
            .ToArray();
        return new LandscapeReport(Loss, _options.Radius, layers[^1], layers[..^1], line, _probe.Evaluations);
    }

    private IEnumerable<Tensor> Signs(int distance) =>
        RandomSigns.Draw(_centre, _options.Directions, AliceDirections.Key(_key, distance));

    private (double Loss, Tensor Gradient) Centre()
    {
        var first = _probe.At(_centre);
        var second = _probe.At(_centre);
        if (Math.Abs(first.Loss - second.Loss) > 1e-3 * Math.Abs(first.Loss))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The closure gave a loss of {first.Loss}, then {second.Loss} at the same parameters: let it evaluate "
                + $"the same minibatch each time, and draw random numbers from the default generator only."));
        second.Gradient.Dispose();
        return first;
    }

    /// <summary>Variation at one distance: for each layer, then for all.</summary>
    private GradientVariation[] Vary(double distance, int index)
    {
        using var scope = NewDisposeScope();
        var groups = _parameters.Groups;
        var even = new List<double>[groups.Count + 1];
        var odd = new List<double>[groups.Count + 1];
        for (var i = 0; i <= groups.Count; i++)
            (even[i], odd[i]) = ([], []);
        foreach (var signs in Signs(index))
        {
            using var each = NewDisposeScope();
            var (e, o) = _probe.Around(_centre, signs * signs.Constant(distance), Gradient);
            AddMeans(e.mul_(e), even);
            AddMeans(o.mul_(o), odd);
        }
        return [.. even.Zip(odd, (e, o) =>
        {
            var (evenMean, evenError) = Statistics.MeanAndError(e);
            var (oddMean, oddError) = Statistics.MeanAndError(o);
            return new GradientVariation(distance, evenMean, evenError, oddMean, oddError);
        })];
    }

    private void AddMeans(Tensor values, List<double>[] means)
    {
        for (var i = 0; i < _parameters.Groups.Count; i++)
            means[i].Add(Statistics.Mean(_parameters.Groups[i].Of(values)));
        means[^1].Add(Statistics.Mean(values));
    }

    private LandscapeLayer Layer(ParameterRange range, GradientVariation[] variation, Curvature curvature, Tensor step)
    {
        var size = Statistics.MeanSquare(range.Of(Gradient));
        var noise = size * Math.Pow(RoundingErrors * Statistics.Precision(_parameters.DataType), 2);
        return new LandscapeLayer
        {
            Name = range.Name,
            ParameterCount = range.Count,
            Variation = variation,
            Even = PowerLaw.Fit([.. variation.Select(v => (v.Distance, v.EvenMeanSquare, v.EvenStandardError))], noise),
            Odd = PowerLaw.Fit([.. variation.Select(v => (v.Distance, v.OddMeanSquare, v.OddStandardError))], noise),
            GlassDensity = Statistics.Mean(range.Of(curvature.Density)),
            Hessian = Math.Sqrt(Math.Max(0, Statistics.Mean(range.Of(curvature.HessianSquare)))),
            Step = curvature.Terms(range, Gradient, step),
        };
    }
}
