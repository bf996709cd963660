using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Inputs;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training;

/// <summary>The features that tensors of bins are given against features written out. (Vector kernels of bins:
/// KernelRows.)</summary>
[TestClass]
public class DeviceEncodingTests
{
    private const int Rows = 37;

    [TestMethod]
    public void Numbers_become_the_features_of_their_bins()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var generator = new Generator(1);
        var random = new Random(1);
        var columns = new EncodedColumns(new(
            [[-1, -0.5f, 0.25f, 2], [], [0, 1, 2], [.. Enumerable.Range(0, 30).Select(i => i / 10f - 1.5f)]]));
        for (var column = 0; column < columns.Columns; column++)
        {
            var (number, end) = columns.Range(column);
            for (var bin = number + 1; bin < end; bin++)
                (columns.Empty[bin], columns.Scale[bin]) = (-random.NextSingle(), 1 + random.NextSingle());
        }
        var numbers = randn(Rows, columns.Columns, generator: generator).Scale(2);
        numbers[0, 0] = -0.5f; // on an edge
        var features = Features(columns, numbers);
        using (var encoding = new DeviceEncoding(columns, CPU))
            AssertClose(features, encoding.Encode(numbers));
    }

    /// <summary>A bin with a millionth of its distance from zero as its width, as columns with heavy tails
    /// have.</summary>
    [TestMethod]
    [DataRow(4f)]
    [DataRow(-1000f)]
    public void Narrow_bins_far_from_zero_lose_nothing(float at)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        float[] edges = [at - 1, at, at + MathF.Abs(at) * 1e-6f, at + 1];
        var columns = new EncodedColumns(new([edges]));
        for (var bin = 1; bin < columns.Features; bin++)
            (columns.Empty[bin], columns.Scale[bin]) = (-0.7f, 2.5f);
        // Every number of single precision in the bin, and both edges.
        var numbers = new List<float>();
        for (var x = edges[1]; x <= edges[2]; x = MathF.BitIncrement(x))
            numbers.Add(x);
        using var encoding = new DeviceEncoding(columns, CPU);
        var features = encoding.Encode(tensor(numbers.ToArray()).view(-1, 1));
        for (var i = 0; i < numbers.Count; i++)
            Assert.AreEqual(
                -0.7 + 2.5 * ((double)numbers[i] - edges[1]) / ((double)edges[2] - edges[1]),
                features[i, 2].item<float>(), 1e-5);
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.IsLessThan(1e-4f, (expected - actual).abs().max().item<float>()
            / (1 + expected.abs().max().item<float>()));

    private static Tensor Features(EncodedColumns columns, Tensor numbers)
    {
        var features = zeros(numbers.shape[0], columns.Features);
        for (var row = 0; row < numbers.shape[0]; row++)
            for (var column = 0; column < columns.Columns; column++)
            {
                var x = numbers[row, column].item<float>();
                var (number, end) = columns.Range(column);
                features[row, number] = x;
                for (var bin = number + 1; bin < end; bin++)
                {
                    var (from, to) = (columns.Edges[column][bin - number - 1], columns.Edges[column][bin - number]);
                    var share = (x - from) / (to - from);
                    share = bin > number + 1 ? Math.Max(share, 0) : share;
                    share = bin < end - 1 ? Math.Min(share, 1) : share;
                    features[row, bin] = columns.Empty[bin] + columns.Scale[bin] * share;
                }
            }
        return features;
    }
}
