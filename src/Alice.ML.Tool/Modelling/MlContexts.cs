using Alice.ML.Tool.Shell;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Alice.ML.Tool.Modelling;

/// <summary>Makes ML.NET contexts whose messages reach the terminal.</summary>
internal static class MlContexts
{
    /// <summary>A seeded context; it shows warnings, and with <paramref name="verbose"/> everything.</summary>
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
