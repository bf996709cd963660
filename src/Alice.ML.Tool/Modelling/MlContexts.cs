using Alice.ML.Tool.Shell;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Alice.ML.Tool.Modelling;

/// <summary>Creates ML.NET contexts that log to the terminal.</summary>
internal static class MlContexts
{
    /// <summary>Creates a context. It prints warnings, or everything if <paramref name="verbose"/>.</summary>
    public static MLContext Create(int seed, Terminal terminal, bool verbose)
    {
        var ml = new MLContext(seed);
        ml.Log += (_, e) =>
        {
            if (verbose || e.Kind == ChannelMessageKind.Warning)
                terminal.Say(e.Message);
        };
        return ml;
    }
}
