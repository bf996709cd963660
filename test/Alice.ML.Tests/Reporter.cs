namespace Alice.ML.Tests;

/// <summary>Calls back with every report, at once and on the thread that reports.</summary>
internal sealed class Reporter<T>(Action<T> action) : IProgress<T>
{
    public void Report(T value) => action(value);
}
