using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>A row of the trainer tests.</summary>
public class Example
{
    public const int Inputs = 4;

    public float Label { get; set; }

    public float Weight { get; set; } = 1;

    [VectorType(Inputs)]
    public float[] Features { get; set; } = new float[Inputs];

    /// <summary>y = 10 + 3·x₀ − 2·|x₁| + x₂·x₃ with inputs of very different sizes.</summary>
    public static List<Example> Smooth(int rows, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ =>
        {
            var x = Enumerable.Range(0, Inputs).Select(_ => random.NextSingle() * 2 - 1).ToArray();
            return new Example
            {
                Features = [x[0], 1000 * x[1], 5 + 0.01f * x[2], x[3]],
                Label = 10 + 3 * x[0] - 2 * MathF.Abs(x[1]) + x[2] * x[3],
            };
        })];
    }

    public static IDataView View(MLContext ml, IEnumerable<Example> rows) => ml.Data.LoadFromEnumerable(rows);
}

/// <summary>What a regression model says of a row.</summary>
public class Prediction
{
    public float Score { get; set; }
}
