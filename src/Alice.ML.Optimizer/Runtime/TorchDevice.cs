using System.Globalization;
using TorchSharp;

namespace Alice.ML.Optimization.Runtime;

/// <summary>The device of a run, from its name in the options.</summary>
internal static class TorchDevice
{
    /// <summary>The valid names, for messages.</summary>
    public const string Names = "\"auto\", \"cpu\", \"cuda\" or \"cuda:N\"";

    /// <summary>Whether <paramref name="name"/> is valid.</summary>
    public static bool IsName(string? name) => name is "auto" or "cpu" or "cuda" || CardOf(name) >= 0;

    /// <summary>The device with one of the <see cref="Names"/>.</summary>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    /// <exception cref="InvalidOperationException">CUDA or the device with that number is not available.</exception>
    /// <exception cref="DllNotFoundException">No libtorch could be loaded.</exception>
    public static torch.Device Resolve(string name)
    {
        if (!IsName(name))
            throw new ArgumentException($"Device is '{name}', but must be {Names}.", nameof(name));

        LibTorch.EnsureLoaded();
        if (name == "cpu" || (name == "auto" && !torch.cuda.is_available()))
            return torch.CPU;
        if (!torch.cuda.is_available())
            throw new InvalidOperationException(
                $"Device is '{name}', but libtorch finds no CUDA here. Add the package TorchSharp-cuda-linux or "
                + "TorchSharp-cuda-windows in place of TorchSharp-cpu (or set ALICE_LIBTORCH to a PyTorch with CUDA), "
                + "and check that the NVIDIA driver runs ('nvidia-smi'); or set Device to \"cpu\".");

        var card = Math.Max(0, CardOf(name));
        var cards = torch.cuda.device_count();
        if (card >= cards)
            throw new InvalidOperationException(
                $"Device is '{name}', but this machine has {cards} CUDA card(s), numbered from 0.");
        return torch.device(DeviceType.CUDA, card);
    }

    private static int CardOf(string? name) =>
        name is not null && name.StartsWith("cuda:", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var card) ? card : -1;
}
