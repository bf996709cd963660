using TorchSharp;

namespace Alice.ML.Tests;

/// <summary>Counts the tensors of the process.</summary>
internal static class LiveTensors
{
    /// <summary>Tensors that are alive, once those that other tests left to the garbage collector are gone.</summary>
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
