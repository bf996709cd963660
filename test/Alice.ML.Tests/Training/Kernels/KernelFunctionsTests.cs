using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Kernels;

namespace Alice.ML.Tests.Training.Kernels;

/// <summary>The functions that kernels are made of, on vectors of every width.</summary>
[TestClass]
public unsafe class KernelFunctionsTests
{
    [TestMethod]
    public void Activations_and_their_derivatives_are_exact_to_1e_6()
    {
        Check<Floats128>();
        Check<Floats256>();
        Check<Floats512>();

        static void Check<V>() where V : struct, IFloats<V>
        {
            Compare<V, GELU<V>>(Activation.GELU);
            Compare<V, SiLU<V>>(Activation.SiLU);
            Compare<V, Tanh<V>>(Activation.Tanh);
        }

        static void Compare<V, TActivation>(Activation activation) where V : struct, IFloats<V>
            where TActivation : IActivation<V>
        {
            for (var x = -30f; x <= 30; x += 0.0371f)
            {
                var (value, slope) = ReferenceNetwork.Activate(activation, x);
                var actual = Lanes(TActivation.At(V.All(x), out var derivative))[0];
                Assert.AreEqual(value, actual, 1e-6 * Math.Max(1, Math.Abs(value)), $"{activation}({x})");
                Assert.AreEqual(slope, Lanes(derivative)[0], 1e-6, $"derivative of {activation} at {x}");
            }
            Assert.AreEqual(0, Lanes(TActivation.At(V.All(0), out _))[0]);
            Assert.IsTrue(float.IsNaN(Lanes(TActivation.At(V.All(float.NaN), out _))[0]));
        }
    }

    [TestMethod]
    public void The_exponential_is_exact_to_2e_7_over_its_range_and_ends_in_zero_and_infinity()
    {
        Check<Floats128>();
        Check<Floats256>();
        Check<Floats512>();

        static void Check<V>() where V : struct, IFloats<V>
        {
            float Exp(float x) => Lanes(Functions<V>.Exp(V.All(x)))[0];
            for (var x = -86.5f; x <= 88.7f; x += 0.0137f)
                Assert.AreEqual(1, Exp(x) / Math.Exp(x), 2e-7, $"exp({x})");
            Assert.AreEqual(1, Exp(0));
            foreach (var x in new[] { -87f, -1e30f, float.NegativeInfinity })
                Assert.AreEqual(0, Exp(x));
            foreach (var x in new[] { 89f, 1e30f, float.PositiveInfinity })
                Assert.AreEqual(float.PositiveInfinity, Exp(x));
            Assert.IsTrue(float.IsNaN(Exp(float.NaN)));
        }
    }

    [TestMethod]
    public void Quotients_and_roots_are_exact_to_three_units_of_the_last_place()
    {
        Check<Floats128>();
        Check<Floats256>();
        Check<Floats512>();

        static void Check<V>() where V : struct, IFloats<V>
        {
            const double Three = 3 * 1.1920929e-7;
            float Quotient(float a, float b) => Lanes(V.Quotient(V.All(a), V.All(b)))[0];
            float Root(float x) => Lanes(V.Root(V.All(x)))[0];
            for (var exponent = -125f; exponent <= 126; exponent += 0.0771f)
            {
                var x = MathF.Pow(2, exponent);
                Assert.AreEqual(1, Root(x) / Math.Sqrt(x), Three, $"√{x}");
                Assert.AreEqual(1, Quotient(1, x) * (double)x, Three, $"1 / {x}");
                Assert.AreEqual(1, Quotient(x, 0.7f) / (x / (double)0.7f), Three, $"{x} / 0.7");
                Assert.AreEqual(-1, Quotient(-x, x), Three, $"−{x} / {x}");
            }
            Assert.AreEqual(0, Root(0));
            Assert.AreEqual(1, Root(float.MaxValue) / Math.Sqrt(float.MaxValue), Three);
            Assert.AreEqual(0, Quotient(0, 1e-8f));
            Assert.IsGreaterThan(3e38f, Quotient(1e36f, 1e-8f));
            Assert.IsTrue(float.IsNaN(Quotient(1, float.NaN)) && float.IsNaN(Root(float.NaN)));
        }
    }

    [TestMethod]
    public void Dropout_leaves_out_its_share_the_same_on_every_width_and_other_units_by_key_layer_and_row()
    {
        const int Rows = 400, Units = 80;
        var expected = Masks<Floats128>(7, 1);
        CollectionAssert.AreEqual(expected, Masks<Floats256>(7, 1));
        CollectionAssert.AreEqual(expected, Masks<Floats512>(7, 1));

        Assert.IsTrue(expected.All(mask => mask is 0 or 1 / 0.7f));
        // Five standard deviations of the share, and of how many of two independent sets agree.
        var deviation = Math.Sqrt(0.3 * 0.7 / expected.Length);
        Assert.AreEqual(0.3, Share(mask => mask == 0), 5 * deviation);
        foreach (
            var other in new[] { Masks<Floats512>(8, 1), Masks<Floats512>(7, 2),
                [.. expected[Units..], .. expected[..Units]], [.. expected[1..], 0] })
            Assert.AreEqual(0.09 + 0.49,
                expected.Zip(other).Count(pair => pair.First == pair.Second) / (double)expected.Length, 7 * deviation);

        double Share(Func<float, bool> condition) => expected.Count(condition) / (double)expected.Length;

        static float[] Masks<V>(ulong key, int layer) where V : struct, IFloats<V>
        {
            var dropout = new Dropout(0.3, key);
            var masks = new List<float>();
            for (var row = 0; row < Rows; row++)
                for (var unit = 0; unit < Units; unit += V.Count)
                    masks.AddRange(Lanes(dropout.Factors<V>(dropout.RowKey(layer, row), unit)));
            return [.. masks];
        }
    }

    private static float[] Lanes<V>(V lanes) where V : struct, IFloats<V>
    {
        var values = new float[V.Count];
        fixed (float* to = values)
            lanes.Store(to);
        return values;
    }
}
