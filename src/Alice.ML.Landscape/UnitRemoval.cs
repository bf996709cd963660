using System.Numerics;
using Alice.ML.Models;
using Alice.ML.Models.Layers;
using Alice.ML.Models.Networks;

namespace Alice.ML.Landscape;

/// <summary>Makes a network smaller that has weights of 0, without changing what it computes.</summary>
internal static class UnitRemoval
{
    /// <summary>Removes hidden units that nothing reads, and those that read nothing: what these give is added to the
    /// biases behind them. One unit a layer stays.
    /// </summary>
    public static EnsembleMember Compact(EnsembleMember member)
    {
        var network = member.Network;
        var layers = AliceLayer.ListOf(network).Select(layer => new Matrix(layer)).ToArray();
        for (var removed = true; removed;)
        {
            removed = false;
            for (var l = 0; l + 1 < layers.Length; l++)
                for (var unit = layers[l].Outputs - 1; unit >= 0 && layers[l].Outputs > 1; unit--)
                    removed |= TryRemove(layers[l], layers[l + 1], unit, network.Activation);
        }
        int[] sizes = [network.InputCount, .. layers.Select(layer => layer.Outputs)];
        return member with
        {
            Network = new DenseNetwork(
                sizes, network.Activation, [.. layers.SelectMany(layer => layer.Rows.SelectMany(row => row))],
                network.OutputTransform),
        };
    }

    private static bool TryRemove(Matrix layer, Matrix next, int unit, Activation activation)
    {
        var outgoing = next.Rows[unit];
        var isConstant = layer.Rows.SkipLast(1).All(row => row[unit] == 0);
        if (!isConstant && outgoing.Any(weight => weight != 0))
            return false;
        // As long as a vector: the function takes no less.
        var value = new float[Vector<float>.Count];
        value[0] = layer.Rows[^1][unit];
        ActivationFunctions.Apply(activation, value);
        if (isConstant)
            for (var o = 0; o < next.Outputs; o++)
                next.Rows[^1][o] += value[0] * outgoing[o];
        foreach (var row in layer.Rows)
            row.RemoveAt(unit);
        next.Rows.RemoveAt(unit);
        return true;
    }

    /// <summary>A row of weights for each input, then the row of biases.</summary>
    private sealed class Matrix(AliceLayer layer)
    {
        public List<List<float>> Rows { get; } = [.. Enumerable.Range(0, layer.InputCount)
            .Select(i => new List<float>(layer.Weights.Slice(i * layer.OutputCount, layer.OutputCount).ToArray()))
            .Append([.. layer.Biases.ToArray()])];

        public int Outputs => Rows[^1].Count;
    }
}
