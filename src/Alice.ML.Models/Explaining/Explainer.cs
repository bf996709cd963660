using System.Numerics.Tensors;
using Microsoft.ML.Data;

namespace Alice.ML.Models.Explaining;

/// <summary>Explains the scores of an ensemble by contributions of the features, against its background rows.</summary>
/// <remarks>Immutable and thread-safe. For each background row, <see cref="NetworkExplainer"/> carries the difference of
/// the two scores back to the features, without rest; the mean over the background rows is the contribution.</remarks>
internal sealed class Explainer
{
    private readonly NetworkEnsemble _ensemble;
    private readonly NetworkExplainer[] _networks;
    private readonly int _width;

    // For each background row and network.
    private readonly Term[][][] _terms;
    private readonly NetworkPass[][] _passes;
    private readonly float[][][] _outputs;

    /// <exception cref="InvalidOperationException">The model does not know its training rows.</exception>
    public Explainer(NetworkEnsemble ensemble)
    {
        _ensemble = ensemble;
        _networks = [.. ensemble.Members.Select(member => new NetworkExplainer(member, ensemble.Preparation))];
        _width = _networks.Max(network => network.Width);
        var rows = ensemble.Background.Count > 0 ? ensemble.Background : [Means(ensemble)];
        _terms = [.. rows.Select(row => Terms(row.DenseValues().ToArray()))];
        _passes = [.. _terms.Select(Passes)];
        _outputs = [.. _passes.Select(Outputs)];
    }

    /// <summary>Contributions to a score; the base and they add up to it.</summary>
    /// <param name="features">The row.</param>
    /// <param name="score">What is explained.</param>
    /// <param name="contributions">Takes one for each feature.</param>
    /// <returns>The base: the mean score of the background rows.</returns>
    public double Explain(ReadOnlySpan<float> features, ScoreFunction score, Span<float> contributions)
    {
        var terms = Terms(features);
        var passes = Passes(terms);
        var outputs = Outputs(passes);
        var sums = new double[_ensemble.InputCount];
        var totals = new float[_networks.Length][];
        for (var m = 0; m < totals.Length; m++)
            totals[m] = new float[_width];
        var multipliers = new float[_networks.Length * _width];
        var scratch = new float[_width];
        var mean = 0.0;
        for (var b = 0; b < _passes.Length; b++)
        {
            mean += score.Of(_outputs[b]) / _passes.Length;
            score.Multipliers(_outputs[b], outputs, multipliers);
            for (var m = 0; m < _networks.Length; m++)
            {
                var slopes = _networks[m].Propagate(
                    _passes[b][m], passes[m], multipliers.AsSpan(m * _width, _width), scratch)[.._width];
                Subtract(_networks[m].First, _terms[b][m], slopes, sums);
                TensorPrimitives.Add(totals[m], slopes, totals[m]);
            }
        }
        for (var m = 0; m < _networks.Length; m++)
            foreach (ref readonly var term in terms[m].AsSpan())
                sums[term.Feature] += (double)term.Factor * Dot(_networks[m].First, term, totals[m]);
        for (var f = 0; f < sums.Length; f++)
            sums[f] /= _passes.Length;
        Complete(score.Of(outputs) - mean, sums);
        for (var f = 0; f < sums.Length; f++)
            contributions[f] = (float)sums[f];
        return mean;
    }

    private static void Subtract(TermLayer layer, Term[] terms, ReadOnlySpan<float> slopes, double[] sums)
    {
        foreach (ref readonly var term in terms.AsSpan())
            sums[term.Feature] -= (double)term.Factor * Dot(layer, term, slopes);
    }

    private static float Dot(TermLayer layer, in Term term, ReadOnlySpan<float> slopes) =>
        TensorPrimitives.Dot(layer.Row(in term), slopes[..layer.Units]);

    /// <summary>Spreads what rounding left over, in proportion to the contributions.</summary>
    private static void Complete(double difference, double[] contributions)
    {
        double sum = 0, size = 0;
        foreach (var contribution in contributions)
        {
            sum += contribution;
            size += Math.Abs(contribution);
        }
        if (size > 0)
            foreach (ref var contribution in contributions.AsSpan())
                contribution += (difference - sum) * Math.Abs(contribution) / size;
    }

    private Term[][] Terms(ReadOnlySpan<float> features)
    {
        if (_ensemble.Preparation is not { } preparation)
            return TermsOf(features);
        var prepared = new float[preparation.OutputCount];
        preparation.Prepare(features, prepared);
        return TermsOf(prepared);
    }

    private Term[][] TermsOf(ReadOnlySpan<float> prepared)
    {
        var terms = new Term[_networks.Length][];
        for (var m = 0; m < terms.Length; m++)
            terms[m] = _networks[m].First.Terms(prepared);
        return terms;
    }

    private NetworkPass[] Passes(Term[][] terms) => [.. _networks.Zip(terms, (n, t) => n.Pass(t))];

    private static float[][] Outputs(NetworkPass[] passes) => Array.ConvertAll(passes, pass => pass.Sums[^1]);

    /// <summary>The row of means in training, for models that keep no rows.</summary>
    private static VBuffer<float> Means(NetworkEnsemble ensemble) => ensemble.Preparation is { } preparation
        ? new(ensemble.InputCount, [.. preparation.Features.Select(feature => feature.Center)])
        : throw new InvalidOperationException("The model was saved by Alice.ML 0.1 and knows none of its training rows, "
            + "so its scores cannot be explained. Train a new one.");
}
