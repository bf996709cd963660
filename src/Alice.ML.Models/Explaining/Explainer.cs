using Alice.ML.Models.Networks;
using Microsoft.ML.Data;

namespace Alice.ML.Models.Explaining;

/// <summary>Explains the scores of an ensemble by contributions of the features, against its background rows.</summary>
/// <remarks>Immutable and thread-safe. For each background row, <see cref="NetworkExplainer"/> carries the difference
/// of the two scores back to the features, without rest; the mean over the background rows is the
/// contribution.</remarks>
internal sealed class Explainer
{
    private readonly NetworkEnsemble _ensemble;
    private readonly NetworkExplainer[] _networks;

    // For each background row, of each network.
    private readonly float[][][] _outputs;
    private readonly int _width;

    /// <exception cref="InvalidOperationException">The model does not know its training rows.</exception>
    public Explainer(NetworkEnsemble ensemble)
    {
        _ensemble = ensemble;
        var rows = ensemble.Background.Count > 0 ? ensemble.Background : [Means(ensemble)];
        float[][] prepared = [.. rows.Select(row => Prepare(row.DenseValues().ToArray()))];
        _networks = [.. ensemble.Members.Select(member =>
            new NetworkExplainer(member, ensemble.Preparation, ensemble.InputCount, prepared))];
        _outputs = [.. prepared.Select((_, b) => Array.ConvertAll(_networks, network => network.Outputs(b)))];
        _width = _networks.Max(network => network.Width);
    }

    /// <summary>Contributions to a score; the base and they add up to it.</summary>
    /// <param name="features">The row.</param>
    /// <param name="score">What is explained.</param>
    /// <param name="contributions">Takes one for each feature.</param>
    /// <returns>The base: the mean score of the background rows.</returns>
    public double Explain(ReadOnlySpan<float> features, ScoreFunction score, Span<float> contributions)
    {
        var prepared = Prepare(features);
        var terms = Array.ConvertAll(_networks, network => network.Terms(prepared));
        NetworkPass[] passes = [.. _networks.Zip(terms, (network, row) => network.Pass(row))];
        var outputs = Array.ConvertAll(passes, pass => pass.Outputs);

        var sums = new float[NetworkExplainer.Padded(_ensemble.InputCount)];
        var multipliers = new float[_networks.Length * _width];
        var slopes = new float[_networks.Length * _width];
        var room = new float[_width + sums.Length];
        var start = 0.0;
        for (var b = 0; b < _outputs.Length; b++)
        {
            start += score.Of(_outputs[b]) / _outputs.Length;
            score.Multipliers(_outputs[b], outputs, multipliers);
            for (var m = 0; m < _networks.Length; m++)
                _networks[m].Subtract(b, passes[m], multipliers.AsSpan(m * _width, _width), room,
                    slopes.AsSpan(m * _width, _networks[m].Width), sums);
        }
        for (var m = 0; m < _networks.Length; m++)
            _networks[m].Finish(terms[m], slopes.AsSpan(m * _width, _width), sums);

        contributions = contributions[.._ensemble.InputCount];
        for (var f = 0; f < contributions.Length; f++)
            contributions[f] = sums[f] / _outputs.Length;
        Complete(score.Of(outputs) - start, contributions);
        return start;
    }

    /// <summary>Spreads what rounding left over, in proportion to the contributions.</summary>
    private static void Complete(double difference, Span<float> contributions)
    {
        double sum = 0, size = 0;
        foreach (var contribution in contributions)
        {
            sum += contribution;
            size += Math.Abs(contribution);
        }
        if (size > 0)
            foreach (ref var contribution in contributions)
                contribution += (float)((difference - sum) * Math.Abs(contribution) / size);
    }

    private float[] Prepare(ReadOnlySpan<float> features)
    {
        if (_ensemble.Preparation is not { } preparation)
            return features.ToArray();
        var prepared = new float[preparation.OutputCount];
        preparation.Prepare(features, prepared);
        return prepared;
    }

    /// <summary>The row of means in training, for models that keep no rows.</summary>
    private static VBuffer<float> Means(NetworkEnsemble ensemble) => ensemble.Preparation is { } preparation
        ? new(ensemble.InputCount, [.. preparation.Features.Select(feature => feature.Center)])
        : throw new InvalidOperationException("The model was saved by Alice.ML 0.1 and keeps none of its training "
            + "rows, so its scores cannot be explained. Train a new one.");
}
