using Alice.ML.Models;
using Alice.ML.Models.Layers;

namespace Alice.ML.Tests.Models;

[TestClass]
public class WideLayerTests
{
    [TestMethod]
    [DataRow(1, 5)]
    [DataRow(2, 32)]
    [DataRow(16, 64)]
    [DataRow(17, 65)]
    [DataRow(63, 96)]
    [DataRow(64, 64)]
    [DataRow(100, 130)]
    [DataRow(1024, 33)]
    [DataRow(1030, 33)]
    public void Units_that_ReLU_puts_to_zero_are_left_out_without_changing_a_bit(int inputs, int outputs)
    {
        var random = new Random(inputs);
        float[] weights = [.. Enumerable.Range(0, (inputs + 1) * outputs).Select(_ => random.NextSingle() - 0.5f)];
        var layer = new WideLayer(inputs, outputs, weights);
        foreach (var shareBelowZero in new[] { 0, 0.1, 0.5, 0.9, 1 })
            foreach (var special in new[
                ] { 0, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue })
            {
                var sums = new float[DenseLayer.RoundUp(inputs, 32)];
                for (var i = 0; i < inputs; i++)
                    sums[i] = random.NextDouble() < shareBelowZero ? -random.NextSingle() : random.NextSingle();
                sums[random.Next(inputs)] = special;
                var (expected, actual) = (new float[layer.OutputWidth], new float[layer.OutputWidth]);
                var activated = (float[])sums.Clone();
                ActivationFunctions.Apply(Activation.ReLU, activated);
                layer.Multiply(activated, expected);
                // What an infinite input leaves in the padding of the layer before.
                sums.AsSpan(inputs).Fill(float.NaN);
                layer.MultiplyActivated(Activation.ReLU, sums, actual);
                // -0 + 0 is 0.
                CollectionAssert.AreEqual(
                    DenseNetworkTests.Bits([.. expected[..outputs].Select(y => y + 0f)]),
                    DenseNetworkTests.Bits([.. actual[..outputs].Select(y => y + 0f)]),
                    $"{shareBelowZero}, {special}");
            }
    }
}
