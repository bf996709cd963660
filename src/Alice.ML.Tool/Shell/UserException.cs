namespace Alice.ML.Tool.Shell;

/// <summary>Something the user can mend: printed as one line, without a stack trace. Exit code 1.</summary>
internal sealed class UserException(string message) : Exception(message);
