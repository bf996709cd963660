using TorchSharp;

namespace Alice.ML.Training;

/// <summary>Where networks train by vector kernels in place of libtorch's products.</summary>
internal static class KernelLimits
{
    // 512-512-512-1 with 1,024 rows, the largest that was measured: from 4-16-1 with 16 rows up to it the kernels took
    // 0.1 to 0.6 of the time of libtorch's products, with one thread or two. Larger products are worth sharing among
    // many cores, which the kernels do not do.
    private const double MostProducts = 6e8;

    /// <summary>Whether networks train by vector kernels. It does not depend on the number of threads: so neither do
    /// the results.</summary>
    /// <param name="device">Where they are to train.</param>
    /// <param name="isSparse">Whether features are mostly zeros: on the CPU only vector kernels read them.</param>
    /// <param name="layerSizes">Columns, hidden layers, outputs.</param>
    /// <param name="batchRows">Rows that are evaluated at once.</param>
    public static bool Suit(torch.Device device, bool isSparse, IReadOnlyList<int> layerSizes, int batchRows)
    {
        if (device.type != DeviceType.CPU)
            return false;
        double products = 0;
        for (var layer = 1; layer < layerSizes.Count; layer++)
            products += (double)batchRows * layerSizes[layer - 1] * layerSizes[layer];
        return isSparse || products <= MostProducts;
    }
}
