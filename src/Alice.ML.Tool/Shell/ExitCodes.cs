namespace Alice.ML.Tool.Shell;

/// <summary>What a command ends with.</summary>
internal static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>A file, its contents or the training failed.</summary>
    public const int Failure = 1;

    /// <summary>The arguments are wrong.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl-C, SIGTERM or SIGHUP.</summary>
    public const int Cancelled = 130;
}
