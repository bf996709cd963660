using Alice.ML.Models.Inputs;

namespace Alice.ML.Tests.Models;

[TestClass]
public class PiecewiseLinearEncoderTests
{
    [TestMethod]
    // The number, then the first bin open below, the second clamped, the third open above.
    [DataRow(-1f, new[] { -1f, -1, 0, 0 })]
    [DataRow(0f, new[] { 0f, 0, 0, 0 })]
    [DataRow(0.25f, new[] { 0.25f, 0.25f, 0, 0 })]
    [DataRow(1f, new[] { 1f, 1, 0, 0 })]
    [DataRow(2f, new[] { 2f, 1, 0.5f, 0 })]
    [DataRow(3f, new[] { 3f, 1, 1, 0 })]
    [DataRow(5f, new[] { 5f, 1, 1, 0.5f })]
    [DataRow(11f, new[] { 11f, 1, 1, 2 })]
    public void A_number_fills_the_bins_below_it(float number, float[] expected)
    {
        var encoder = new PiecewiseLinearEncoder([[0, 1, 3, 7]]);
        var encoded = new float[4];
        encoder.Encode<float>([number], encoded);
        CollectionAssert.AreEqual(expected, encoded);
    }

    [TestMethod]
    public void Columns_follow_each_other_and_those_without_edges_pass_as_they_are()
    {
        var encoder = new PiecewiseLinearEncoder([[], [0, 2], [], [1, 2, 3]]);
        Assert.AreEqual(4, encoder.InputCount);
        Assert.AreEqual(7, encoder.OutputCount);
        var encoded = new float[7];
        encoder.Encode<float>([10, 5, 30, 1.5f], encoded);
        CollectionAssert.AreEqual(new[] { 10f, 5, 2.5f, 30, 1.5f, 0.5f, 0 }, encoded);
    }

    [TestMethod]
    public void Many_rows_are_encoded_as_the_formula_says_and_as_one_by_one()
    {
        var encoder = TestEnsembles.Encoder(seed: 1, inputs: 9);
        var random = new Random(2);
        float[][] rows = [.. Enumerable.Range(0, 50).Select(_ => TestModels.Features(random, 9))];
        var encoded = new float[rows.Length * encoder.OutputCount];
        encoder.Encode<float>(rows.SelectMany(row => row).ToArray(), encoded);
        foreach (var (row, actual) in rows.Zip(encoded.Chunk(encoder.OutputCount)))
        {
            var expected = TestEnsembles.Encode(encoder.Edges, row);
            for (var f = 0; f < expected.Length; f++)
                Assert.AreEqual(expected[f], actual[f], 2e-6 * (1 + Math.Abs(expected[f])), $"feature {f}");
            var single = new float[encoder.OutputCount];
            encoder.Encode<float>(row, single);
            CollectionAssert.AreEqual(DenseNetworkTests.Bits(single), DenseNetworkTests.Bits(actual));
        }
    }

    [TestMethod]
    public void A_missing_number_makes_all_its_features_missing_and_no_others()
    {
        var encoder = new PiecewiseLinearEncoder([[0, 1], [.. Enumerable.Range(0, 21).Select(e => (float)e)], [0, 1]]);
        var encoded = new float[encoder.OutputCount];
        encoder.Encode<float>([0.5f, float.NaN, 0.5f], encoded);
        for (var f = 0; f < encoded.Length; f++)
            Assert.AreEqual(f is >= 2 and < 23, float.IsNaN(encoded[f]), $"feature {f}");
    }

    [TestMethod]
    public void The_encoder_keeps_its_own_copy_of_the_edges()
    {
        float[] edges = [0, 1];
        var encoder = new PiecewiseLinearEncoder([edges]);
        edges[1] = 100;
        CollectionAssert.AreEqual(new[] { 0f, 1 }, encoder.Edges[0]);
    }

    [TestMethod]
    [DataRow(new[] { 1f }, "Column 1 has one edge; a bin needs two.")]
    [DataRow(new[] { 1f, float.NaN }, "Column 1 has the edge NaN; edges must be finite.")]
    [DataRow(new[] { float.NegativeInfinity, 1 }, "Column 1 has the edge -Infinity; edges must be finite.")]
    [DataRow(new[] { 1f, 2, 2 }, "Column 1 has the edge 2 after 2; each must exceed the one before by 1.18e-38.")]
    [DataRow(new[] { 1f, 0.5f }, "Column 1 has the edge 0.5 after 1; each must exceed the one before by 1.18e-38.")]
    [DataRow(new[] { 0f, 1e-39f }, "Column 1 has the edge 1E-39 after 0; each must exceed the one before by 1.18e-38.")]
    public void Edges_that_make_no_bins_are_refused(float[] edges, string message)
    {
        var e = Assert.ThrowsExactly<ArgumentException>(() => new PiecewiseLinearEncoder([[], edges]));
        StringAssert.StartsWith(e.Message, message);
    }

    [TestMethod]
    public void No_columns_and_spans_of_another_length_are_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new PiecewiseLinearEncoder([]));
        var encoder = new PiecewiseLinearEncoder([[0, 1]]);
        Assert.ThrowsExactly<ArgumentException>(() => encoder.Encode<float>([1, 2], new float[2]));
        Assert.ThrowsExactly<ArgumentException>(() => encoder.Encode<float>([1], new float[3]));
        var e = Assert.ThrowsExactly<ArgumentException>(() => encoder.Encode<float>(new float[3], new float[4]));
        Assert.AreEqual("Rows have 1 numbers and 2 features each; there are 3 and room for 4.", e.Message);
    }

    [TestMethod]
    public void The_widest_and_the_narrowest_bins_are_encoded_with_finite_numbers()
    {
        var encoder = new PiecewiseLinearEncoder(
            [[-float.MaxValue, float.MaxValue], [0, PiecewiseLinearEncoder.MinimumWidth, 1]]);
        var encoded = new float[encoder.OutputCount];
        encoder.Encode<float>([0, PiecewiseLinearEncoder.MinimumWidth], encoded);
        Assert.AreEqual(0.5, encoded[1], 1e-6);
        Assert.AreEqual(1, encoded[3], 1e-6);
        Assert.AreEqual(0f, encoded[4]);
    }
}
