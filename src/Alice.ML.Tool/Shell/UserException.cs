namespace Alice.ML.Tool.Shell;

/// <summary>An error that the user can fix. Printed as one line, with exit code 1.</summary>
internal sealed class UserException(string message) : Exception(message);
