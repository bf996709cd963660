using Alice.ML.Models;
using Alice.ML.Models.Inputs;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training;

/// <summary>Scores of a column with heavy tails against the normal numbers that it was made of.</summary>
[TestClass]
public class NormalScoresTests
{
    private const int Rows = 4000;
    private const int Columns = 3;

    // Lognormal, normal, lognormal and mirrored.
    private readonly float[] _normal = Normal(Rows * Columns);
    private readonly float[] _numbers;

    public NormalScoresTests()
    {
        _numbers = [.. _normal.Select((z, i) => (i % Columns) switch
        {
            0 => MathF.Exp(1.5f * z) / 10,
            1 => z,
            _ => -MathF.Exp(-z),
        })];
    }

    private static float[] Normal(int count)
    {
        LibTorch.EnsureLoaded();
        using var generator = new Generator(1);
        using var draws = randn(count, generator: generator);
        return draws.data<float>().ToArray();
    }

    private NormalScores Scores() =>
        NormalScores.Of(Columns, column => new ColumnSample(Rows, row => _numbers[row * Columns + column], _ => 1))!;

    [TestMethod]
    public void Heavy_tails_become_normal_and_other_columns_stay_as_they_are()
    {
        var scores = new float[_numbers.Length];
        Scores().Apply(_numbers, scores);
        double squares = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (i % Columns == 1)
                Assert.AreEqual(_numbers[i], scores[i]);
            else
            {
                // Linear between quantiles half a standard deviation apart; beyond the outermost there is little to go
                // by.
                if (Math.Abs(_normal[i]) < 2.5)
                    Assert.AreEqual(_normal[i], scores[i], 0.2f);
                Assert.IsLessThan(10, Math.Abs(scores[i]));
                squares += scores[i] * scores[i];
            }
        }
        Assert.AreEqual(1, squares / (2 * Rows), 1e-3);
    }

    [TestMethod]
    public void Normal_and_uniform_numbers_levels_and_rows_of_weight_0_are_no_heavy_tails()
    {
        var random = new Random(1);
        NormalScores? Of(Func<int, float> value, Func<int, float>? weight = null) =>
            NormalScores.Of(1, _ => new ColumnSample(Rows, value, weight ?? (_ => 1)));
        Assert.IsNull(Of(row => _normal[row]));
        Assert.IsNull(Of(_ => random.NextSingle()));
        Assert.IsNull(Of(_ => 0), "a constant");
        Assert.IsNull(Of(row => row % 100 == 0 ? 100 : row % 4), "levels");
        Assert.IsNull(Of(row => row % 10 == 0 ? 1 / random.NextSingle() : 0), "mostly zeros");
        Assert.IsNull(Of(row => row % 10 == 0 ? 100 * _normal[row] : _normal[row], row => row % 10 == 0 ? 0 : 1),
            "weights");
        Assert.IsNotNull(Of(row => row % 10 == 0 ? 100 * _normal[row] : _normal[row]));
    }

    [TestMethod]
    public void Tensors_are_given_the_same()
    {
        using var scope = NewDisposeScope();
        var scores = Scores();
        using var encoding = new DeviceEncoding(scores.Bins, CPU, scores.First);
        using var batch = tensor(_numbers, Rows, Columns);
        var expected = new float[_numbers.Length];
        scores.Apply(_numbers, expected);
        Assert.IsLessThan(1e-4f, (encoding.Encode(batch) - tensor(expected, Rows, Columns)).abs().max().item<float>());
    }

    [TestMethod]
    public void A_model_of_bins_has_the_same_first_layer()
    {
        var scores = Scores();
        var shape = new NetworkShape([Columns, 5], Activation.ReLU);
        float[] weights = [.. Enumerable.Range(0, (Columns + 1) * 5).Select(i => MathF.Sin(i))];
        var (unrolledShape, unrolled) = scores.Unroll(shape, weights);
        var encoder = new PiecewiseLinearEncoder(scores.Bins.Edges);
        var row = _numbers.AsSpan(0, Columns);
        var (numbers, features) = (new float[Columns], new float[encoder.OutputCount]);
        scores.Apply(row, numbers);
        encoder.Encode<float>(row, features);
        CollectionAssert.AreEqual(new[] { features.Length, 5 }, unrolledShape.LayerSizes.ToArray());
        for (var unit = 0; unit < 5; unit++)
            Assert.AreEqual(Sum(numbers, weights, unit), Sum(features, unrolled, unit), 1e-4);
    }

    private static double Sum(float[] inputs, float[] weights, int unit) =>
        inputs.Select((x, i) => (double)x * weights[i * 5 + unit]).Sum() + weights[inputs.Length * 5 + unit];
}
