using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

[TestClass]
public class TensorMathTests
{
    [TestMethod]
    public void Sums_products_and_quotients_are_those_by_hand_in_a_new_tensor_or_in_place()
    {
        using var scope = NewDisposeScope();
        var (a, b, c) = (Of(1, 2), Of(10, 20), Of(4, -5));
        Holds(a.Plus(b), 11, 22);
        Holds(a.Plus(b, 0.5), 6, 12);
        Holds(a.PlusProduct(b, c), 41, -98);
        Holds(a.PlusProduct(b, c, 0.5), 21, -48);
        Holds(TensorMath.Mean(a, b, 0.75), 3.25, 6.5);
        Holds(a, 1, 2);

        InPlace(x => x.Add(b), 11, 22);
        InPlace(x => x.Add(b, 0.5), 6, 12);
        InPlace(x => x.AddProduct(b, c), 41, -98);
        InPlace(x => x.AddQuotient(b, c, 0.5), 2.25, 0);
        InPlace(x => x.Scale(3), 3, 6);
        InPlace(x => x.Shift(-4), -3, -2);
        Holds(b, 10, 20);
        Holds(c, 4, -5);

        var third = zeros(2).Constant(1 / 3.0);
        Assert.AreEqual((ScalarType.Float32, 0L), (third.dtype, third.dim()));
        Assert.AreEqual(1 / 3f, third.item<float>());
        Assert.AreEqual(1L << 62, TensorMath.Integer(1L << 62).item<long>());

        static Tensor Of(params double[] values) => tensor(values);

        static void Holds(Tensor actual, params double[] expected) =>
            CollectionAssert.AreEqual(expected, TraceObjective.Values(actual));

        static void InPlace(Func<Tensor, Tensor> change, params double[] expected)
        {
            var x = Of(1, 2);
            Holds(change(x), expected);
            Holds(x, expected);
        }
    }
}
