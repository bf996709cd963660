namespace Alice.ML.Tests.Structure.There;

/// <summary>Half of a circle of two folders, for the test of the test.</summary>
internal static class Way
{
    public static int Length => Back.Way.Length / 2;

    public static int Half(int[] steps) => steps.Length / 2;
}
