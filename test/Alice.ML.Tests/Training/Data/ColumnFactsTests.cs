using Alice.ML.Training.Data;

namespace Alice.ML.Tests.Training.Data;

/// <summary>Samples of columns, what is told of them, and how they are scaled, worked out by hand.</summary>
[TestClass]
public class ColumnFactsTests
{
    private static ColumnSample Sample(float[] values, float[]? weights = null) =>
        new(values.Length, row => values[row], row => weights is null ? 1 : weights[row]);

    private static ColumnScale Scale(
        float lowest, float highest, double mean = 0, double deviation = 1, int missing = 0, int extreme = 0) =>
            new(mean, deviation, lowest, highest, default, missing, extreme);

    [TestMethod]
    public void A_sample_has_the_finite_numbers_of_weight_in_order()
    {
        var sample = Sample([3, float.NaN, 1, float.PositiveInfinity, 2, 9], [2, 1, 4, 1, 3, 0]);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3 }, sample.Values);
        CollectionAssert.AreEqual(new float[] { 4, 3, 2 }, sample.Weights);
        Assert.AreEqual(9, sample.TotalWeight);
    }

    [TestMethod]
    [DataRow(0.0, 1f)]
    [DataRow(0.2, 1f)]
    [DataRow(0.201, 2f)]
    [DataRow(0.8, 4f)]
    [DataRow(0.81, 5f)]
    [DataRow(1.0, 5f)]
    public void A_quantile_has_that_share_of_the_weight_below(double share, float quantile)
    {
        Assert.AreEqual(quantile, Sample([5, 4, 3, 2, 1]).Quantiles([share])[0]);
        Assert.AreEqual(quantile, Sample([5, 4, 3, 2, 1], [2, 2, 2, 2, 2]).Quantiles([share])[0]);
    }

    [TestMethod]
    public void Heavy_rows_draw_the_quantiles() =>
        CollectionAssert.AreEqual(new float[] { 2, 2, 3 }, Sample([1, 2, 3], [1, 8, 1]).Quantiles([0.11, 0.9, 0.91]));

    [TestMethod]
    [DataRow(2f, "1 4 5")]
    [DataRow(1f, "2 2 4 5")]
    [DataRow(5f, "1 2 2 4")]
    [DataRow(3f, "1 2 2 4 5")]
    [DataRow(0f, "1 2 2 4 5")]
    [DataRow(6f, "1 2 2 4 5")]
    public void A_value_is_left_out(float value, string others)
    {
        var left = Sample([5, 2, 4, 2, 1], [5, 2, 4, 2, 1]).Without(value);
        Assert.AreEqual(others, string.Join(' ', left.Values));
        Assert.AreEqual(others, string.Join(' ', left.Weights));
        Assert.AreEqual(left.Values.Sum(), left.TotalWeight);
    }

    [TestMethod]
    public void Many_rows_are_sampled_evenly()
    {
        var sample = new ColumnSample(80_001, row => row, _ => 1);
        Assert.HasCount(20_001, sample.Values);
        Assert.AreEqual(80_000, sample.Values[^1]);
        Assert.AreEqual(4, sample.Values[1]);
    }

    [TestMethod]
    public void Quartiles_are_of_the_other_values_where_one_has_the_majority()
    {
        var quartiles = Quartiles.Of(Sample([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]));
        Assert.AreEqual((0f, 0f, 3f), (quartiles.Lower, quartiles.Median, quartiles.Upper));
        quartiles = Quartiles.Of(Sample([7, 7, 7]));
        Assert.AreEqual((7f, 7f, 7f), (quartiles.Lower, quartiles.Median, quartiles.Upper));
        Assert.AreEqual(double.PositiveInfinity, quartiles.Tail);
        quartiles = Quartiles.Of(Sample([1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.AreEqual((2f, 4f, 6f), (quartiles.Lower, quartiles.Median, quartiles.Upper));
        Assert.AreEqual(4 / 1.349, quartiles.Deviation, 1e-6);
    }

    [TestMethod]
    public void The_tail_compares_far_distances_from_the_median_on_both_sides()
    {
        // Distances 0, 1, 1, 2, 2 … 10, 10: the 95% quantile is 10, the 80% quantile 8.
        Assert.AreEqual(10.0 / 8, Quartiles.Of(Sample([.. Enumerable.Range(1, 21).Select(i => (float)i)])).Tail, 1e-12);
        // Below the median 1, 2, 3; above it 10, 20, 30: of 0, 1, 2, 3, 10, 20, 30 they are 20 and 10.
        Assert.AreEqual(2, Quartiles.Of(Sample([100, 99, 98, 97, 110, 120, 130])).Tail, 1e-12);
    }

    [TestMethod]
    public void What_is_left_out_is_told_with_the_first_five_names()
    {
        var report = new ColumnReport(column => $"c{column}");
        Assert.IsEmpty(report.Messages());
        for (var column = 0; column < 6; column++)
            report.Add(column, Scale(0, 0, missing: 10), rows: 10);
        report.Add(6, Scale(0, 1e-40f, deviation: 1e-40), rows: 10);
        report.Add(7, Scale(-1, 2.5f, extreme: 3), rows: 10);
        report.Add(8, Scale(-1, 2, missing: 9), rows: 10);
        CollectionAssert.AreEqual(new[]
        {
            "Left out, since they are missing in every row: c0, c1, c2, c3, c4 and 1 more.",
            "Left out, since their values differ by less than 1e-38, which floats cannot scale: c6. "
                + "Multiply them in the pipeline.",
            "Extreme values that stand alone are held near the range of the others: c7 (3 beyond -1 to 2.5).",
        }, report.Messages().ToArray());
        Assert.AreEqual("a, b, c, d, e", ColumnReport.List(["a", "b", "c", "d", "e"]));
    }

    [TestMethod]
    public void A_column_is_centered_and_divided_by_its_deviation()
    {
        var feature = FeatureScaling.Standardize(Scale(0, 10, mean: 4, deviation: 2, missing: 1), rows: 5);
        // The range is wider by a twentieth of it.
        Assert.AreEqual((4f, 0.5f, -2.25f, 3.25f, true),
            (feature.Center, feature.Scale, feature.Lower, feature.Upper, feature.HasMissingIndicator));
        Assert.IsFalse(FeatureScaling.Standardize(Scale(0, 10, missing: 5), rows: 5).HasMissingIndicator);
        Assert.IsFalse(FeatureScaling.Standardize(Scale(0, 10), rows: 5).HasMissingIndicator);
        Assert.AreEqual(0, FeatureScaling.Standardize(Scale(3, 3, mean: 3, deviation: 0), rows: 5).Scale);
        Assert.AreEqual(0, FeatureScaling.Standardize(Scale(0, 1e-39f, deviation: 1e-39), rows: 5).Scale);
    }

    [TestMethod]
    [DataRow(2f, 4f, -0.05f, 1.05f)]
    [DataRow(-4f, -2f, -1.05f, 0.05f)]
    [DataRow(-2f, 2f, -0.55f, 0.55f)]
    public void A_column_of_zeros_is_only_multiplied_and_its_range_has_zero(
        float lowest, float highest, float lower, float upper)
    {
        var feature = FeatureScaling.Multiply(lowest, highest, 0.25f, hasMissing: false);
        Assert.AreEqual((0f, 0.25f), (feature.Center, feature.Scale));
        Assert.AreEqual(lower, feature.Lower, 1e-6f);
        Assert.AreEqual(upper, feature.Upper, 1e-6f);
    }

    [TestMethod]
    public void Scores_end_a_twentieth_beyond_the_labels()
    {
        Assert.AreEqual((1.5f, 12.5f), Bounds(Scale(2, 12), arePositive: false));
        Assert.AreEqual((0f, 12.5f), Bounds(Scale(2, 12), arePositive: true));
        Assert.AreEqual((-0.5f, 10.5f), Bounds(Scale(0, 10), arePositive: true));
        Assert.AreEqual((float.MinValue, float.MaxValue), Bounds(Scale(-3.4e38f, 3.4e38f), arePositive: false));

        static (float, float) Bounds(in ColumnScale labels, bool arePositive) =>
            FeatureScaling.Range(labels, arePositive) is var range ? (range.Lower, range.Upper) : default;
    }

    [TestMethod]
    public void Memory_is_taken_while_as_much_is_left()
    {
        var limit = new MemoryLimit(10);
        Assert.IsTrue(limit.TryTake(4));
        Assert.IsFalse(limit.TryTake(7));
        Assert.IsTrue(limit.TryTake(6));
        Assert.AreEqual(0, limit.Left);
        limit = new MemoryLimit(10);
        limit.Take(3);
        Assert.AreEqual(7, limit.Left);
        limit.Take(30);
        Assert.AreEqual(0, limit.Left);
    }
}
