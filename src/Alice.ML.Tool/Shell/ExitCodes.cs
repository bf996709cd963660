namespace Alice.ML.Tool.Shell;

/// <summary>Exit codes of the tool.</summary>
internal static class ExitCodes
{
    /// <summary>Success.</summary>
    public const int Success = 0;

    /// <summary>An error in a file, its contents or the training.</summary>
    public const int Failure = 1;

    /// <summary>Wrong arguments.</summary>
    public const int Usage = 2;

    /// <summary>Cancelled by Ctrl-C, SIGTERM or SIGHUP.</summary>
    public const int Cancelled = 130;
}
