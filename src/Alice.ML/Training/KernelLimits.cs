using TorchSharp;

namespace Alice.ML.Training;

/// <summary>Where networks train by vector kernels in place of libtorch's products.</summary>
internal static class KernelLimits
{
    // TODO measured
    private const double MostProducts = 1e9;

    /// <summary>Whether networks train by vector kernels. It does not depend on the number of threads: so neither do the results.</summary>
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
