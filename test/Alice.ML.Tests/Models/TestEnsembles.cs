using Alice.ML.Models;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;

namespace Alice.ML.Tests.Models;

/// <summary>Ensembles that no trainer made.</summary>
internal static class TestEnsembles
{
    /// <summary>
    /// Random networks, raw and encoded in turn. Behind an encoder the number of bins differs from column to column:
    /// none for the first, then 1, 2, 15, 16, 17, 40, and again.
    /// </summary>
    public static NetworkEnsemble Mixed(
        TestTask task, int seed, int inputs, int members, params int[] hidden) => new(
    [
        .. Enumerable.Range(0, members).Select(m => m % 2 == 0
            ? new EnsembleMember(TestTasks.Network(task, Activation.ReLU, seed + m, [inputs, .. hidden]))
            : Encoded(task, Activation.ReLU, seed + m, inputs, hidden)),
    ]);

    public static EnsembleMember Encoded(
        TestTask task, Activation activation, int seed, int inputs, params int[] hidden)
    {
        var encoder = Encoder(seed, inputs);
        return new(TestTasks.Network(task, activation, seed, [encoder.OutputCount, .. hidden]), encoder);
    }

    public static PiecewiseLinearEncoder Encoder(int seed, int inputs)
    {
        int[] bins = [0, 1, 2, 15, 16, 17, 40];
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, inputs).Select(c => Edges(random, bins[c % bins.Length]))]);
    }

    /// <summary>The member's outputs in double precision, from the formula of the encoding.</summary>
    public static double[] Reference(EnsembleMember member, float[] features) =>
        DenseNetworkTests.Reference(
            member.Network, member.Encoder is null ? Widen(features) : Encode(member.Encoder.Edges, features));

    public static double[] Encode(IReadOnlyList<float[]> edges, float[] features)
    {
        var encoded = new List<double>();
        for (var c = 0; c < features.Length; c++)
        {
            double x = features[c];
            encoded.Add(x);
            for (var t = 1; t < edges[c].Length; t++)
            {
                var share = (x - edges[c][t - 1]) / ((double)edges[c][t] - edges[c][t - 1]);
                if (share < 0 && t > 1)
                    share = 0;
                if (share > 1 && t < edges[c].Length - 1)
                    share = 1;
                encoded.Add(share);
            }
        }
        return [.. encoded];
    }

    public static double[] Widen(float[] values) => Array.ConvertAll(values, v => (double)v);

    // Within ±1.5, so that features between −2 and 2 are also beyond both ends. Zero is an edge of some.
    private static float[] Edges(Random random, int bins)
    {
        if (bins == 0)
            return [];
        var edges = Enumerable.Range(0, bins + 1).Select(_ => random.NextSingle() * 3 - 1.5f).ToArray();
        edges[bins / 2] = 0;
        Array.Sort(edges);
        return edges;
    }
}
