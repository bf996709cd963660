// A circle of two folders, for the test of the test.
namespace Alice.ML.Tests.Structure.There
{
    internal static class Way
    {
        public static int Length => Back.Way.Length / 2;

        public static int Half(int[] steps) => steps.Length / 2;
    }
}

namespace Alice.ML.Tests.Structure.Back
{
    internal static class Way
    {
        public static int Length { get; } = There.Way.Half([1, 2]);
    }
}
