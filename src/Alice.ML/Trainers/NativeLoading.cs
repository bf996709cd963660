using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Runtime;

namespace Alice.ML.Trainers;

/// <summary>Applications that use the trainers get the loading of libtorch as early as those that use the
/// optimizer.</summary>
internal static class NativeLoading
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The handler must be there before TorchSharp first loads "
        + "its library.")]
    internal static void Register() => RuntimeHelpers.RunModuleConstructor(typeof(LibTorch).Module.ModuleHandle);
}
