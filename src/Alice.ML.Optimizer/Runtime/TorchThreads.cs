using System.Diagnostics.CodeAnalysis;
using TorchSharp;

namespace Alice.ML.Optimization.Runtime;

/// <summary>Sets libtorch's thread count, which is global to the process, and restores it when disposed.</summary>
[SuppressMessage("ApiDesign", "RS0030", Justification = "The one place that sets the thread count; it restores it.")]
internal sealed class TorchThreads : IDisposable
{
    private readonly int _before = torch.get_num_threads();

    /// <param name="count">Number of threads. Null: unchanged.</param>
    public TorchThreads(int? count)
    {
        if (count is { } threads && threads != _before)
            torch.set_num_threads(threads);
    }

    public void Dispose()
    {
        if (torch.get_num_threads() != _before)
            torch.set_num_threads(_before);
    }
}
