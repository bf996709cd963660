using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Alice.ML.Models.Explaining;

/// <summary>Carries the difference between two scores of a network back to its features.</summary>
/// <remarks>Each unit passes a difference of its sum on with the slope between both rows, (σ(x) − σ(b)) / (x − b): the
/// rescale rule of Shrikumar, Greenside and Kundaje 2017, <em>Learning Important Features Through Propagating Activation
/// Differences</em>, section 3.5.1. What the units pass on adds up to the difference of the outputs, whatever the
/// activation. On our tables it is as near to Shapley values as integrated gradients are, at a small part of their cost.
/// </remarks>
internal sealed class NetworkExplainer
{
    // Below this difference of a sum, its slope is measured over this distance: a quotient of tiny numbers is all
    // rounding. A kink of ReLU needs it smaller.
    private const float LeastDifference = 1e-3f;
    private const float LeastOfReLU = 1e-6f;

    private const int Multiple = 32;

    private readonly Activation _activation;
    private readonly TermLayer _first;
    private readonly int[] _units;
    private readonly DenseLayer[] _forward;
    private readonly DenseLayer[] _backward;

    public NetworkExplainer(EnsembleMember member, FeaturePreparation? preparation)
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
    }

    public TermLayer First => _first;

    /// <summary>A row's sums and activations.</summary>
    public NetworkPass Pass(ReadOnlySpan<Term> terms)
    {
        var pass = CreatePass();
        _first.Add(terms, pass.Sums[0]);
        Complete(pass);
        return pass;
    }

    /// <summary>How much the score changes with each sum of the first layer between two passes.</summary>
    /// <param name="from">One end.</param>
    /// <param name="to">The other.</param>
    /// <param name="multipliers">How much it changes with each output, padded; overwritten.</param>
    /// <param name="scratch">As much room.</param>
    /// <returns>One of the spans, with the result.</returns>
    public Span<float> Propagate(NetworkPass from, NetworkPass to, Span<float> multipliers, Span<float> scratch)
    {
        for (var l = _backward.Length - 1; l >= 0; l--)
        {
            _backward[l].Multiply(multipliers, scratch);
            MultiplySlopes(from.Sums[l], from.Activations[l], to.Sums[l], to.Activations[l], scratch);
            var last = multipliers;
            multipliers = scratch;
            scratch = last;
        }
        return multipliers;
    }

    /// <summary>Room that <see cref="Propagate"/> needs.</summary>
    public int Width => _units.Max(Padded);

    public int OutputCount => _units[^1];

    private NetworkPass CreatePass() => new(
        [.. _units.Select(units => new float[Padded(units)])],
        [.. _units.SkipLast(1).Select(units => new float[Padded(units)])]);

    private void Complete(NetworkPass pass)
    {
        for (var l = 0; l < _forward.Length; l++)
        {
            pass.Sums[l].CopyTo(pass.Activations[l], 0);
            ActivationFunctions.Apply(_activation, pass.Activations[l]);
            _forward[l].Multiply(pass.Activations[l], pass.Sums[l + 1]);
        }
    }

    private void MultiplySlopes(float[] x0, float[] y0, float[] x1, float[] y1, Span<float> values)
    {
        var least = new Vector<float>(_activation == Activation.ReLU ? LeastOfReLU : LeastDifference);
        var from = MemoryMarshal.Cast<float, Vector<float>>(x0.AsSpan());
        var to = MemoryMarshal.Cast<float, Vector<float>>(x1.AsSpan());
        var low = MemoryMarshal.Cast<float, Vector<float>>(y0.AsSpan());
        var high = MemoryMarshal.Cast<float, Vector<float>>(y1.AsSpan());
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
        Span<float> sides = stackalloc float[Math.Max(2 * Vector<float>.Count, DenseLayer.Lanes)];
        sides.Clear();
        var (below, above) = (x - near * 0.5f, x + near * 0.5f);
        below.CopyTo(sides);
        above.CopyTo(sides[Vector<float>.Count..]);
        ActivationFunctions.Apply(_activation, sides);
        return (new Vector<float>(sides[Vector<float>.Count..]) - new Vector<float>(sides)) / (above - below);
    }

    private static int Padded(int units) => DenseLayer.RoundUp(units, Multiple);
}

/// <summary>What a network computes of a row: the sums of each layer, and the activations of the hidden ones, padded
/// with zeros.</summary>
internal sealed record NetworkPass(float[][] Sums, float[][] Activations)
{
    public ReadOnlySpan<float> Outputs => Sums[^1];
}
