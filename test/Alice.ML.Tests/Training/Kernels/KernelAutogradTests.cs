using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Data;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Kernels;

/// <summary>Vector kernels against TorchSharp's automatic differentiation, with dropout, weights and a minibatch in
/// parts.</summary>
[TestClass]
public unsafe class KernelAutogradTests
{
    private const int Rows = 45;
    private const int Inputs = 5;
    private const int Numbers = 2;
    private const double Rate = 0.25;
    private const ulong Key = 99;

    private static IEnumerable<object[]> Cases => NetworkTests.Cases;

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Gradients_are_those_of_automatic_differentiation(Activation activation, string objective)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (loss, outputs) = NetworkTests.Objective(objective);
        var shape = new NetworkShape([Inputs, 19, 33, outputs], activation, Rate);
        var weights = shape.Initialize(generator);
        var targets = NetworkTests.Targets(objective, Rows, outputs, generator);
        var features = randn(Rows, Inputs, generator: generator);
        // The last columns mostly have one value.
        using (var last = features.narrow(1, Numbers, Inputs - Numbers))
            last.copy_(last.gt(tensor(0.8f)).to_type(ScalarType.Float32) * tensor(2f) - tensor(0.5f));
        var rowWeights = rand(Rows, 1, generator: generator);

        var leaf = weights.clone().requires_grad_();
        using var views = new ParameterViews(shape, leaf);
        var actual = NetworkTests.Outputs(shape, views, features, (layer, sum) =>
            NetworkTests.Apply(activation, sum) * Mask(layer, shape.LayerSizes[layer + 1]));
        var expected = (NetworkTests.Reference(objective, actual, targets) * rowWeights).sum() / tensor(2f * Rows);
        expected.backward();

        var sparse = SparseTable.Of(
            new DenseFeatures(features.data<float>().ToArray(), Inputs), Rows,
            [.. Enumerable.Range(Numbers, Inputs - Numbers).Select(column => (column, -0.5f, column))]);
        using var order = tensor(Enumerable.Range(0, Rows).ToArray());
        foreach (var (bits, isSparse) in from bits in new[] { 128, 256, 512 }
                                         from isSparse in new[
            ] { false, true }
                                         select (bits, isSparse))
        {
            var gradient = zeros_like(weights);
            var kernel = NetworkKernel.Create(shape, loss.Kernel,
                new FirstLayerInputs(null, isSparse ? [.. Enumerable.Range(0, Numbers)] : null), bits);
            var value = kernel.Evaluate(Pointer(weights), Pointer(gradient), new KernelBatch
            {
                Features = Pointer(features),
                FeatureStride = Inputs,
                Sparse = sparse,
                SparseRows = VectorLoop.Pointer<int>(order, Rows),
                Targets = Pointer(targets),
                Weights = Pointer(rowWeights),
                Rows = Rows,
                WholeRows = 2 * Rows,
                DropoutKey = Key,
            });
            Assert.AreEqual(expected.item<float>(), value, 1e-5);
            Assert.IsLessThan(1e-5f, (leaf.grad! - gradient).abs().max().item<float>(),
                $"{bits} bits, sparse: {isSparse}");
        }
    }

    private static float* Pointer(Tensor tensor) => VectorLoop.Pointer<float>(tensor, tensor.numel());

    private static Tensor Mask(int layer, int units)
    {
        var dropout = new Dropout(Rate, Key);
        var mask = new float[Rows, units];
        var factors = stackalloc float[Floats128.Count];
        for (var row = 0; row < Rows; row++)
            for (var unit = 0; unit < units; unit++)
            {
                dropout.Factors<Floats128>(dropout.RowKey(layer, row), unit).Store(factors);
                mask[row, unit] = factors[0];
            }
        return tensor(mask);
    }
}
