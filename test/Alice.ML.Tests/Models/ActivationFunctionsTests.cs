using Alice.ML.Models;
using Alice.ML.Models.Layers;

namespace Alice.ML.Tests.Models;

/// <summary>Activations in double precision.</summary>
internal static class ReferenceActivations
{
    public static double Of(Activation activation, double x) => activation switch
    {
        Activation.ReLU => Math.Max(x, 0),
        Activation.GELU => x * NormalDistribution(x),
        Activation.SiLU => x / (1 + Math.Exp(-x)),
        Activation.Tanh => Math.Tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    /// <summary>
    /// Φ by Abramowitz &amp; Stegun: the series without cancellation (26.2.11) near 0, the continued fraction (26.2.14)
    /// beyond.
    /// </summary>
    public static double NormalDistribution(double x)
    {
        var z = Math.Abs(x);
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        double tail;
        if (z < 4)
        {
            var (term, sum) = (z, z);
            for (var n = 3; n < 200; n += 2)
                sum += term *= z * z / n;
            tail = 0.5 - density * sum;
        }
        else
        {
            var fraction = z;
            for (var n = 100; n >= 1; n--)
                fraction = z + n / fraction;
            tail = density / fraction;
        }
        return x < 0 ? tail : 1 - tail;
    }
}

[TestClass]
public class ActivationFunctionsTests
{
    // Φ to 20 digits, computed with 40-digit arithmetic.
    [TestMethod]
    [DataRow(0.0, 0.5)]
    [DataRow(0.5, 0.69146246127401310364)]
    [DataRow(1.0, 0.84134474606854294859)]
    [DataRow(-1.5, 0.066807201268858058894)]
    [DataRow(-3.0, 0.0013498980316300945267)]
    [DataRow(-5.0, 2.8665157187919391167e-7)]
    [DataRow(6.0, 0.99999999901341230142)]
    public void The_reference_of_the_normal_distribution_is_right(double x, double expected) =>
        Assert.AreEqual(expected, ReferenceActivations.NormalDistribution(x), 1e-14);

    [TestMethod]
    [DataRow(Activation.ReLU, 0.0)]
    [DataRow(Activation.GELU, 1e-7)]
    [DataRow(Activation.SiLU, 2e-7)]
    [DataRow(Activation.Tanh, 1.2e-7)]
    public void Activations_are_accurate_to_single_precision(Activation activation, double tolerance)
    {
        // 80,000 points from −20 to 20.
        var inputs = Enumerable.Range(-40_000, 80_000).Select(i => i / 2000f).ToArray();
        var outputs = (float[])inputs.Clone();
        ActivationFunctions.Apply(activation, outputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            var expected = ReferenceActivations.Of(activation, inputs[i]);
            Assert.AreEqual(expected, outputs[i], tolerance * (1 + Math.Abs(expected)), $"at {inputs[i]}");
        }
    }

    [TestMethod]
    public void The_error_function_inside_GELU_is_accurate_to_2e_7()
    {
        // GELU(x) = x Φ(x) and Φ(x) = ½(1 + erf(x/√2)); multiples of 1/4096 keep the division exact enough.
        var inputs = Enumerable.Range(1, 32_768).Select(i => i / 4096f).ToArray();
        var outputs = inputs.Select(x => -x).ToArray();
        ActivationFunctions.Apply(Activation.GELU, outputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            var erf = 1 - 2 * (outputs[i] / -(double)inputs[i]);
            Assert.AreEqual(2 * ReferenceActivations.NormalDistribution(inputs[i]) - 1, erf, 2e-7, $"at {inputs[i]}");
        }
    }

    [TestMethod]
    public void Tanh_is_accurate_near_0_relative_to_its_size()
    {
        var inputs = Enumerable.Range(-50, 96).Select(i => MathF.Pow(2, i / 2f)).Where(x => x < 1).ToArray();
        Array.Resize(ref inputs, DenseLayer.Lanes * 3);
        var outputs = (float[])inputs.Clone();
        ActivationFunctions.Apply(Activation.Tanh, outputs);
        for (var i = 0; i < inputs.Length; i++)
            Assert.AreEqual(Math.Tanh(inputs[i]), outputs[i], 2e-7 * inputs[i], $"at {inputs[i]}");
    }

    [TestMethod]
    [DataRow(Activation.ReLU, float.PositiveInfinity, 0f)]
    [DataRow(Activation.GELU, float.PositiveInfinity, 0f)]
    [DataRow(Activation.SiLU, float.MaxValue, 0f)]
    [DataRow(Activation.Tanh, 1f, -1f)]
    public void Activations_have_their_limits_at_the_ends(Activation activation, float right, float left)
    {
        var end = activation == Activation.SiLU ? float.MaxValue : float.PositiveInfinity;
        var values = new float[DenseLayer.Lanes];
        (values[0], values[1], values[2]) = (end, -end, float.NaN);
        ActivationFunctions.Apply(activation, values);
        Assert.AreEqual(right, values[0]);
        Assert.AreEqual(left, values[1]);
        Assert.IsTrue(float.IsNaN(values[2]));
        Assert.IsTrue(values[3..].All(v => v == 0), "0 stays 0");
    }
}
