using System.Numerics.Tensors;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Layers;
using Alice.ML.Models.Networks;

namespace Alice.ML.Models.Explaining;

/// <summary>A factor times a row of weights, for a feature of the data.</summary>
internal readonly record struct Term(float Factor, int Row, int Feature);

/// <summary>The first layer of a network as a sum: the biases, and one or two terms for each prepared feature. So a
/// feature's part in the sums is known whatever its preparation and its bins.</summary>
internal sealed class TermLayer
{
    // Rows, then the biases.
    private readonly ReadOnlyMemory<float> _table;

    // Per prepared feature.
    private readonly int[] _firstRows;
    private readonly PiecewiseLinearEncoder? _encoder;
    private readonly int[] _features;

    /// <param name="member">The network and its encoder.</param>
    /// <param name="preparation">What prepares the features.</param>
    public TermLayer(EnsembleMember member, FeaturePreparation? preparation)
    {
        var (network, encoder) = member;
        Units = network.LayerSizes[1];
        _features = [.. Enumerable.Range(0, member.InputCount)];
        if (preparation is not null)
            for (var k = 0; k < preparation.Indicators.Length; k++)
                _features[preparation.InputCount + k] = preparation.Indicators[k];
        _encoder = encoder;
        var weights = network.Weights[..((network.InputCount + 1) * Units)];
        if (encoder is null)
        {
            (_table, _firstRows) = (weights, [.. Enumerable.Range(0, member.InputCount)]);
            return;
        }
        var table = new PiecewiseLinearTable(Units, weights.Span);
        _firstRows = new int[member.InputCount];
        for (var c = 0; c < _firstRows.Length; c++)
        {
            var (edges, number) = (encoder.Edges[c], encoder.Range(c).Number);
            _firstRows[c] = edges.Length == 0 ? table.AddPlain(number) : table.AddBins(edges, number);
        }
        _table = table.ToRows();
    }

    /// <summary>The sums of the layer.</summary>
    public int Units { get; }

    /// <summary>The weights of a term times slopes of the sums.</summary>
    public float Dot(in Term term, ReadOnlySpan<float> slopes) =>
        TensorPrimitives.Dot(Row(in term), slopes[..Units]);

    /// <summary>From slopes of the sums to the part of each feature in them, for the terms of a row.</summary>
    public DenseLayer ByFeature(ReadOnlySpan<Term> terms, int features)
    {
        var parts = new float[(Units + 1) * features];
        foreach (ref readonly var term in terms)
        {
            var row = Row(in term);
            for (var u = 0; u < Units; u++)
                parts[u * features + term.Feature] += term.Factor * row[u];
        }
        return DenseLayer.Create(Units, features, parts);
    }

    /// <summary>The terms of a prepared row that are not zero.</summary>
    public Term[] Terms(ReadOnlySpan<float> prepared)
    {
        var terms = new List<Term>(prepared.Length);
        for (var c = 0; c < prepared.Length; c++)
            if (_encoder?.Edges[c].Length > 0)
            {
                var feature = _encoder.Find(c, prepared[c]);
                var bin = feature - _encoder.Range(c).Number - 1;
                terms.Add(new(prepared[c] - _encoder.Shifts[feature], _firstRows[c] + 2 * bin, _features[c]));
                terms.Add(new(1, _firstRows[c] + 2 * bin + 1, _features[c]));
            }
            else if (prepared[c] != 0)
                terms.Add(new(prepared[c], _firstRows[c], _features[c]));
        return [.. terms];
    }

    /// <summary>The sums of the terms and the biases.</summary>
    public void Add(ReadOnlySpan<Term> terms, Span<float> sums)
    {
        sums = sums[..Units];
        _table.Span[^Units..].CopyTo(sums);
        foreach (ref readonly var term in terms)
            TensorPrimitives.MultiplyAdd(Row(in term), term.Factor, sums, sums);
    }

    private ReadOnlySpan<float> Row(in Term term) => _table.Span.Slice(term.Row * Units, Units);
}
