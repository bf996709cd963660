using Alice.ML.Training.Data;

namespace Alice.ML.Tests.Training;

/// <summary>Which values of a column are extreme.</summary>
[TestClass]
public class OutlierFenceTests
{
    private static ColumnScale Scale(float[] values) => ColumnScale.Of(values, 1)[0];

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static float[] Draw(int count, Func<Random, double> draw, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)draw(random))];
    }

    [TestMethod]
    public void Every_row_counts_with_its_weight_in_each_of_several_columns()
    {
        // More rows than are measured together, the last of them alone.
        const int columns = 3;
        var rows = 3 * (2048 / columns) + 1;
        var random = new Random(1);
        var values = Draw(rows * columns, r => r.NextDouble() - 0.5);
        Array.Fill(values, 0.75f, values.Length - columns, columns);
        for (var row = 0; row < rows; row += 9)
            values[row * columns + 1] = row == 9 ? float.NegativeInfinity : float.NaN;
        var weights = Enumerable.Range(0, rows).Select(_ => 1 + random.NextSingle()).ToArray();
        var scales = ColumnScale.Of(values, columns, weights);
        for (var column = 0; column < columns; column++)
        {
            var known = Enumerable.Range(0, rows)
                .Select(row => (Value: (double)values[row * columns + column], Weight: (double)weights[row]))
                .Where(row => double.IsFinite(row.Value)).ToArray();
            var (least, most) = ((float)known.Min(row => row.Value), (float)known.Max(row => row.Value));
            var expected = known.Concat(column == 1 ? [(least, weights[9])] : []).ToArray();
            var total = expected.Sum(row => row.Weight);
            var mean = expected.Sum(row => row.Weight * row.Value) / total;
            var variance = expected.Sum(row => row.Weight * Math.Pow(row.Value - mean, 2)) / total;
            Assert.AreEqual((least, most), (scales[column].Lowest, scales[column].Highest));
            Assert.AreEqual(0.75f, most);
            Assert.AreEqual(
                column == 1 ? (rows / 9, 1) : (0, 0), (scales[column].Missing, scales[column].Extreme));
            Assert.AreEqual(mean, scales[column].Mean, 1e-9);
            Assert.AreEqual(Math.Sqrt(variance), scales[column].Deviation, 1e-9);
        }
    }

    [TestMethod]
    public void A_typing_error_is_extreme_beside_missing_values_too()
    {
        var values = Draw(1000, Normal);
        for (var i = 0; i < values.Length; i += 7)
            values[i] = float.NaN;
        values[500] = 1e6f;
        Assert.AreEqual(1, Scale(values).Extreme);
        Assert.IsLessThan(10, Scale(values).Highest);
    }

    [TestMethod]
    public void Tails_of_distributions_are_not_extreme()
    {
        var draws = new Dictionary<string, Func<Random, double>>
        {
            ["uniform"] = random => random.NextDouble(),
            ["normal"] = Normal,
            ["exponential"] = random => -Math.Log(1 - random.NextDouble()),
            ["lognormal"] = random => Math.Exp(Normal(random)),
            ["wide lognormal"] = random => Math.Exp(2 * Normal(random)),
            ["an indicator"] = random => random.Next(50) == 0 ? 1 : 0,
            ["counts, mostly zero"] = random =>
                random.Next(4) == 0 ? Math.Floor(-3 * Math.Log(1 - random.NextDouble())) : 0,
            ["amounts, mostly zero"] = random => random.Next(10) == 0 ? Math.Exp(6 + Normal(random)) : 0,
            ["two groups"] = random => (random.Next(2) == 0 ? 1000 : 0) + random.NextDouble(),
        };
        foreach (var (name, draw) in draws)
        {
            var cut = 0;
            for (var seed = 0; seed < 50; seed++)
                cut += Math.Min(1, Scale(Draw(1000, draw, seed)).Extreme);
            Assert.IsLessThanOrEqualTo(2, cut, name);
        }
    }

    [TestMethod]
    [DataRow(60, 1)]
    [DataRow(300, 5)]
    [DataRow(2000, 20)]
    public void Typing_errors_are(int rows, int errors)
    {
        foreach (var error in new[] { 10f, 1e3f, -999, 1e9f, -3e38f })
        {
            var values = Draw(rows, random => random.NextDouble());
            var clean = Scale(values);
            for (var i = 0; i < errors; i++)
                values[7 * i] = error * (1 + 0.01f * i);
            var scale = Scale(values);
            Assert.AreEqual(errors, scale.Extreme, $"{error}");
            Assert.IsTrue(scale.Lowest >= clean.Lowest && scale.Highest <= clean.Highest);
            Assert.AreEqual(clean.Deviation, scale.Deviation, 0.1 * clean.Deviation);
        }
    }

    [TestMethod]
    public void Missing_and_infinite_values_have_no_part_in_the_scale()
    {
        var values = Draw(1000, random => random.NextDouble());
        var clean = Scale([.. values[3..]]);
        (values[0], values[1], values[2]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        var scale = Scale(values);
        Assert.AreEqual((1, 2), (scale.Missing, scale.Extreme));
        Assert.AreEqual((clean.Lowest, clean.Highest), (scale.Lowest, scale.Highest));
    }

    [TestMethod]
    public void Only_equal_values_are_constant()
    {
        Assert.IsTrue(Scale([5, 5, float.NaN, 5]).IsConstant);
        Assert.IsTrue(Scale([float.NaN, float.NaN]).IsConstant);
        Assert.IsFalse(Scale([1.764e9f, MathF.BitIncrement(1.764e9f), 1.764e9f]).IsConstant);
        Assert.IsFalse(Scale([1e-30f, 2e-30f, 1e-30f]).IsConstant);
    }
}
