namespace Alice.ML.Tests.Structure.Back;

/// <summary>The other half.</summary>
internal static class Way
{
    public static int Length { get; } = There.Way.Half([1, 2]);
}
