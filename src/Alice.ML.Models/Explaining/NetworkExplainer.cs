using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Layers;
using Alice.ML.Models.Networks;

namespace Alice.ML.Models.Explaining;

/// <summary>Carries differences between the outputs of a network, for a row and for background rows, back to the
/// features.</summary>
/// <remarks>Each unit passes a difference of its sum on with the slope between both rows, (σ(x) − σ(b)) / (x − b): the
/// rescale rule of Shrikumar, Greenside and Kundaje 2017, <em>Learning Important Features Through Propagating
/// Activation Differences</em>, section 3.5.1. What the units pass on adds up to the difference of the outputs,
/// whatever the activation. On our tables it is as near to Shapley values as integrated gradients are, at a small part
/// of their cost.
/// </remarks>
internal sealed class NetworkExplainer
{
    // Below this difference of a sum, its slope is measured over this distance: a quotient of tiny numbers is all
    // rounding. A kink of ReLU needs it smaller.
    private const float LeastDifference = 1e-3f;
    private const float LeastOfReLU = 1e-6f;

    private const int Multiple = 32;

    // With more numbers than these in all background rows, their parts in the sums are computed again for each row that
    // is explained.
    private const long MostKept = 1 << 20;

    private readonly Activation _activation;
    private readonly TermLayer _first;
    private readonly int[] _units;
    private readonly DenseLayer[] _forward;
    private readonly DenseLayer[] _backward;
    private readonly BackgroundRow[] _background;

    /// <param name="member">The network and its encoder.</param>
    /// <param name="preparation">What prepares the features.</param>
    /// <param name="features">Features of the data.</param>
    /// <param name="background">Prepared background rows.</param>
    public NetworkExplainer(
        EnsembleMember member, FeaturePreparation? preparation, int features, IReadOnlyList<float[]> background)
    {
        var network = member.Network;
        _activation = network.Activation;
        _first = new TermLayer(member, preparation);
        _units = [.. network.LayerSizes.Skip(1)];
        _forward = new DenseLayer[_units.Length - 1];
        _backward = new DenseLayer[_units.Length - 1];
        var weights = network.Weights.Span[((network.InputCount + 1) * _units[0])..];
        for (var l = 0; l < _forward.Length; l++)
        {
            var (inputs, outputs) = (_units[l], _units[l + 1]);
            _forward[l] = DenseLayer.Create(inputs, outputs, weights[..((inputs + 1) * outputs)]);
            var transposed = new float[(outputs + 1) * inputs];
            for (var i = 0; i < inputs; i++)
                for (var o = 0; o < outputs; o++)
                    transposed[o * inputs + i] = weights[i * outputs + o];
            _backward[l] = DenseLayer.Create(outputs, inputs, transposed);
            weights = weights[((inputs + 1) * outputs)..];
        }
        var isKept = (long)background.Count * features * _units[0] <= MostKept;
        _background = [.. background.Select(row =>
        {
            var terms = Terms(row);
            return new BackgroundRow(terms, Pass(terms), isKept ? _first.ByFeature(terms, features) : null);
        })];
    }

    /// <summary>Room that a layer's numbers need.</summary>
    public int Width => _units.Max(Padded);

    /// <summary>The outputs for a background row, before their transform.</summary>
    public float[] Outputs(int background) => _background[background].Pass.Outputs;

    /// <summary>A prepared row's terms in the first layer.</summary>
    public Term[] Terms(ReadOnlySpan<float> prepared) => _first.Terms(prepared);

    /// <summary>A row's sums and activations.</summary>
    public NetworkPass Pass(Term[] terms)
    {
        var pass = new NetworkPass([.. _units.Select(units => new float[Padded(units)])],
            [.. _units.SkipLast(1).Select(units => new float[Padded(units)])]);
        _first.Add(terms, pass.Sums[0]);
        for (var l = 0; l < _forward.Length; l++)
        {
            pass.Sums[l].CopyTo(pass.Activations[l], 0);
            ActivationFunctions.Apply(_activation, pass.Activations[l]);
            _forward[l].Multiply(pass.Activations[l], pass.Sums[l + 1]);
        }
        return pass;
    }

    /// <summary>Carries the difference from a background row back: takes the background row's part off the features,
    /// and adds the slopes, with which <see cref="Finish"/> adds the row's.</summary>
    /// <param name="background">Which background row.</param>
    /// <param name="pass">The row.</param>
    /// <param name="multipliers">How much what is explained changes with each output, padded; overwritten.</param>
    /// <param name="room">Scratch.</param>
    /// <param name="slopes">Sum over the background rows of how much it changes with each sum of the first
    /// layer.</param>
    /// <param name="contributions">One for each feature, padded.</param>
    public void Subtract(int background, NetworkPass pass, Span<float> multipliers, Span<float> room,
        Span<float> slopes, Span<float> contributions)
    {
        var row = _background[background];
        var scratch = room[..Width];
        for (var l = _backward.Length - 1; l >= 0; l--)
        {
            _backward[l].Multiply(multipliers, scratch);
            MultiplySlopes(row.Pass, pass, l, scratch);
            var last = multipliers;
            multipliers = scratch;
            scratch = last;
        }
        TensorPrimitives.Add(slopes, multipliers[..slopes.Length], slopes);
        if (row.ByFeature is null)
        {
            foreach (ref readonly var term in row.Terms.AsSpan())
                contributions[term.Feature] -= term.Factor * _first.Dot(in term, multipliers);
            return;
        }
        var parts = room.Slice(Width, contributions.Length);
        row.ByFeature.Multiply(multipliers, parts);
        TensorPrimitives.Subtract(contributions, parts, contributions);
    }

    /// <summary>Adds the row's part to the features.</summary>
    public void Finish(Term[] terms, ReadOnlySpan<float> slopes, Span<float> contributions)
    {
        foreach (ref readonly var term in terms.AsSpan())
            contributions[term.Feature] += term.Factor * _first.Dot(in term, slopes);
    }

    /// <summary>The length of a span for so many numbers.</summary>
    public static int Padded(int count) => DenseLayer.RoundUp(count, Multiple);

    private void MultiplySlopes(NetworkPass background, NetworkPass row, int layer, Span<float> values)
    {
        var least = new Vector<float>(_activation == Activation.ReLU ? LeastOfReLU : LeastDifference);
        var from = MemoryMarshal.Cast<float, Vector<float>>(background.Sums[layer].AsSpan());
        var to = MemoryMarshal.Cast<float, Vector<float>>(row.Sums[layer].AsSpan());
        var low = MemoryMarshal.Cast<float, Vector<float>>(background.Activations[layer].AsSpan());
        var high = MemoryMarshal.Cast<float, Vector<float>>(row.Activations[layer].AsSpan());
        var products = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (var v = 0; v < from.Length; v++)
        {
            var difference = to[v] - from[v];
            var near = least * Vector.Max(Vector<float>.One, Vector.Abs(from[v]));
            var isSmall = Vector.LessThan(Vector.Abs(difference), near);
            var slopes = (high[v] - low[v]) / difference;
            if (isSmall != Vector<int>.Zero)
                slopes = Vector.ConditionalSelect(isSmall, LocalSlopes((from[v] + to[v]) * 0.5f, near), slopes);
            products[v] *= slopes;
        }
    }

    private Vector<float> LocalSlopes(Vector<float> x, Vector<float> near)
    {
        Span<float> sides = stackalloc float[2 * Vector<float>.Count];
        var (below, above) = (x - near * 0.5f, x + near * 0.5f);
        below.CopyTo(sides);
        above.CopyTo(sides[Vector<float>.Count..]);
        ActivationFunctions.Apply(_activation, sides);
        return (new Vector<float>(sides[Vector<float>.Count..]) - new Vector<float>(sides)) / (above - below);
    }

    /// <param name="Terms">Of the first layer.</param>
    /// <param name="Pass">Sums and activations.</param>
    /// <param name="ByFeature">From slopes to each feature's part; null where that takes too much memory.</param>
    private sealed record BackgroundRow(Term[] Terms, NetworkPass Pass, DenseLayer? ByFeature);
}

/// <summary>What a network computes of a row: the sums of each layer, and the activations of the hidden ones, padded
/// with zeros.</summary>
internal sealed record NetworkPass(float[][] Sums, float[][] Activations)
{
    public float[] Outputs => Sums[^1];
}
