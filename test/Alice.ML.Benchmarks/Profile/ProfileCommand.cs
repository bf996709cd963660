namespace Alice.ML.Benchmarks.Profile;

internal static class ProfileCommand
{
    public static void Run() { }
}
