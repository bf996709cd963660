using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>Assertions on whole tensors.</summary>
internal static class TensorAssert
{
    /// <summary>Whether two tensors hold the same bits.</summary>
    public static bool Same(Tensor a, Tensor b)
    {
        using var first = a.detach().contiguous();
        using var second = b.detach().contiguous();
        return a.dtype == b.dtype && first.bytes.SequenceEqual(second.bytes);
    }

    public static void AreSame(Tensor expected, Tensor actual, string message = "") =>
        Assert.IsTrue(Same(expected, actual), $"{message} expected {Text(expected)}, actual {Text(actual)}");

    public static void AreNear(Tensor expected, Tensor actual, double tolerance, string message = "") =>
        Assert.IsTrue(
            expected.allclose(actual, tolerance, tolerance),
            $"{message} expected {Text(expected)}, actual {Text(actual)}");

    private static string Text(Tensor tensor) => string.Join(" ", TraceObjective.Values(tensor).Take(20));
}
