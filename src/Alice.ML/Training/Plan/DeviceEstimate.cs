using System.Globalization;

namespace Alice.ML.Training.Plan;

/// <summary>Approximate time of a step of all networks on the GPU and on the CPU: precise enough to choose the faster
/// one.</summary>
/// <remarks>The constants are hardware speeds, to be measured on a machine (docs/gpu.md). Unlike those of
/// <see cref="Rules.AutoRules"/>, they do not affect what is learned.</remarks>
/// <param name="CardSeconds">Seconds per step on the GPU.</param>
/// <param name="HostSeconds">Seconds per step on the CPU.</param>
internal readonly record struct DeviceEstimate(double CardSeconds, double HostSeconds)
{
    // The counts of docs/gpu.md for three layers, and five more for each further one; seven of eight steps are quick.
    private const double Operations = 44;
    private const double OperationsALayer = 5;
    private const int UsualLayers = 3;

    // Starting one operation on a card, by TorchSharp: assumed to be 4 to 6 µs; build/gpu-check.sh measures it.
    private const double SecondsAnOperation = 5e-6;

    // What an ordinary card reaches in single precision with products of this size: a third of a T4's 8·10¹² a second.
    private const double CardRate = 2.5e12;

    // A core with vector kernels: 16-64-64-1 and four networks, 5,000 steps a second on two cores, and
    // 64-256-256-1 at 108·10⁹ a second, measured on an EPYC with AVX-512.
    private const double CoreRate = 5e10;

    // Gradients a step: 7 quick steps with one, and one with three.
    private const double Gradients = 1.25;

    // A forward and a backward pass, which has two products, of a multiplication and an addition each.
    private const double WorkAWeight = 6;

    /// <summary>Whether the GPU is faster.</summary>
    public bool PrefersCard => CardSeconds < HostSeconds;

    /// <summary>Estimates a step.</summary>
    /// <param name="layerSizes">Columns, hidden layers, outputs.</param>
    /// <param name="storedColumns">Number of values of a row that the CPU reads: fewer than the columns if rows are
    /// sparse.</param>
    /// <param name="batchRows">Rows of a minibatch.</param>
    /// <param name="networks">Number of networks that train at the same time.</param>
    /// <param name="threads">Number of CPU threads.</param>
    public static DeviceEstimate Of(
        IReadOnlyList<int> layerSizes, double storedColumns, int batchRows, int networks, int threads)
    {
        var launches = Operations + OperationsALayer * (layerSizes.Count - 1 - UsualLayers);
        return new(
            launches * SecondsAnOperation + Work(layerSizes[0]) / CardRate,
            Work(storedColumns) / (CoreRate * Math.Min(threads, networks)));

        double Work(double columns)
        {
            var weights = columns * layerSizes[1];
            for (var layer = 2; layer < layerSizes.Count; layer++)
                weights += (double)layerSizes[layer - 1] * layerSizes[layer];
            return Gradients * WorkAWeight * weights * batchRows * networks;
        }
    }

    /// <summary>The estimate as text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"a step of all networks takes about {CardSeconds * 1e6:n0} µs on a card and {HostSeconds * 1e6:n0} µs on "
        + $"the CPU");
}
