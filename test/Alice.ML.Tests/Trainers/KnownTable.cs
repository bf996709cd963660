using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>A row of <see cref="KnownFitTests"/>: all that is found in tables.</summary>
public class KnownRow
{
    public const int Inputs = 9;
    public const int ManyInputs = 1100;

    /// <summary>Evenly spread, normal and large, with heavy tails, with gaps, three categories, mostly 0, with two
    /// mistyped values.</summary>
    [VectorType(Inputs)]
    public float[] Features { get; set; } = [];

    /// <summary>Counts of words, nearly all 0.</summary>
    [VectorType(ManyInputs)]
    public VBuffer<float> Words { get; set; }

    /// <summary>As wide, but half of the values are not 0.</summary>
    [VectorType(ManyInputs)]
    public VBuffer<float> Sensors { get; set; }

    public float Label { get; set; }

    /// <summary>A count, for Poisson regression.</summary>
    public float Count { get; set; }

    public bool IsHigh { get; set; }

    [KeyType(3)]
    public uint Kind { get; set; }

    /// <summary>In units that differ, with one gap.</summary>
    [VectorType(2)]
    public float[] Labels { get; set; } = [];

    [VectorType(2)]
    public bool[] AreHigh { get; set; } = [];

    public float Weight { get; set; }

    public static IDataView View(MLContext ml, int rows, int seed = 1)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable([.. Enumerable.Range(0, rows).Select(_ => Next(random))]);
    }

    private static KnownRow Next(Random random)
    {
        var normal = random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
        var (x, tail, category) = (random.NextSingle(), MathF.Exp(4 * normal), random.Next(3));
        var isMissing = random.Next(8) == 0;
        var rare = random.Next(4) == 0 ? random.NextSingle() : 0;
        var noise = 0.3f * (random.NextSingle() - 0.5f);
        var mistyped = random.Next(60) == 0 ? 1e5f : x;
        var label = 3 + MathF.Sin(4 * x) + normal + 0.2f * MathF.Log(tail) * x + category - (isMissing ? 1 : 0) + rare
            + noise;
        int[] words = [random.Next(ManyInputs / 2), ManyInputs / 2 + random.Next(3)];
        return new KnownRow
        {
            Features = [x, 5000 + 1000 * normal, tail, isMissing ? float.NaN : normal * x, category == 0 ? 1 : 0,
                category == 1 ? 1 : 0, category == 2 ? 1 : 0, rare, mistyped],
            Words = new VBuffer<float>(ManyInputs, 2, [1, 2 + x], words),
            Sensors = new VBuffer<float>(ManyInputs, ManyInputs / 2,
                [.. Enumerable.Range(0, ManyInputs / 2).Select(i => i % 50 == 0 ? label * i : i % 7 + x)],
                [.. Enumerable.Range(0, ManyInputs / 2).Select(i => 2 * i)]),
            Label = label + (words[1] - ManyInputs / 2),
            Count = MathF.Floor(MathF.Exp(label / 2)),
            IsHigh = label > 4,
            Kind = (uint)(label > 4.5f ? 2 : x > 0.6f ? 1 : 3),
            Labels = [label, isMissing && rare > 0 ? float.NaN : 1000 * normal - 500 * x],
            AreHigh = [label > 4, x + noise > 0.5f],
            Weight = 0.5f + 2 * random.NextSingle(),
        };
    }
}
