using Alice.ML.Models.Networks;

namespace Alice.ML.Tests.Models;

[TestClass]
public class OutputFunctionsTests
{
    [TestMethod]
    [DataRow(0f)]
    [DataRow(1f)]
    [DataRow(-30f)]
    [DataRow(88f)]
    public void Exponential_is_the_exponential(float x)
    {
        float[] values = [x];
        OutputFunctions.Apply(OutputTransform.Exponential, values);
        Assert.AreEqual(1, values[0] / Math.Exp(x), 1e-6);
    }

    [TestMethod]
    public void Softmax_is_the_share_of_each_exponential()
    {
        var random = new Random(1);
        for (var row = 0; row < 20; row++)
        {
            var logits = Enumerable.Range(0, 1 + row).Select(_ => random.NextSingle() * 20 - 10).ToArray();
            var values = logits.ToArray();
            OutputFunctions.Apply(OutputTransform.Softmax, values);
            for (var k = 0; k < values.Length; k++)
                Assert.AreEqual(Math.Exp(logits[k]) / logits.Sum(z => Math.Exp(z)), values[k], 3e-7);
        }
    }

    [TestMethod]
    [DataRow(1000f, 999f, -1000f)]
    [DataRow(-1000f, -1001f, -3000f)]
    public void Softmax_of_large_sums_does_not_overflow(float a, float b, float c)
    {
        float[] values = [a, b, c];
        OutputFunctions.Apply(OutputTransform.Softmax, values);
        Assert.AreEqual(1 / (1 + Math.Exp(-1)), values[0], 1e-6);
        Assert.AreEqual(1 / (1 + Math.E), values[1], 1e-6);
        Assert.AreEqual(0f, values[2]);
    }

    [TestMethod]
    [DataRow(float.MaxValue, float.MaxValue)]
    [DataRow(-float.MaxValue, 0f)]
    public void Exponential_stays_within_a_float(float x, float expected)
    {
        float[] values = [x];
        OutputFunctions.Apply(OutputTransform.Exponential, values);
        Assert.AreEqual(expected, values[0]);
    }

    [TestMethod]
    public void Softmax_of_the_largest_floats_is_finite()
    {
        float[] values = [float.MaxValue, -float.MaxValue, float.MaxValue];
        OutputFunctions.Apply(OutputTransform.Softmax, values);
        CollectionAssert.AreEqual(new[] { 0.5f, 0, 0.5f }, values);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void NaN_stays_NaN(int transform)
    {
        float[] values = [1, float.NaN];
        OutputFunctions.Apply((OutputTransform)transform, values);
        Assert.IsTrue(float.IsNaN(values[1]));
    }

    [TestMethod]
    public void Identity_changes_nothing()
    {
        float[] values = [1, -2];
        OutputFunctions.Apply(OutputTransform.Identity, values);
        CollectionAssert.AreEqual(new float[] { 1, -2 }, values);
    }
}
