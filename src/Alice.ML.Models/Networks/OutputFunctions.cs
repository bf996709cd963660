using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Alice.ML.Models.Networks;

/// <summary>The functions of <see cref="OutputTransform"/>: finite sums give finite outputs, NaN gives NaN.</summary>
internal static class OutputFunctions
{
    /// <summary>Applies the transform in place.</summary>
    public static void Apply(OutputTransform transform, Span<float> sums)
    {
        switch (transform)
        {
            case OutputTransform.Exponential:
                foreach (ref var x in sums)
                    x = MathF.Min(Exp(x), float.MaxValue);
                break;
            case OutputTransform.Softmax:
                Softmax(sums);
                break;
        }
    }

    /// <summary>1 / (1 + exp(−x)).</summary>
    public static float Logistic(float x) => 1 / (1 + Exp(-x));

    // With the largest x taken off, exp cannot overflow and the sum is at least 1.
    private static void Softmax(Span<float> values)
    {
        var largest = TensorPrimitives.Max(values);
        var total = 0f;
        foreach (ref var x in values)
        {
            x = Exp(x - largest);
            total += x;
        }
        foreach (ref var x in values)
            x /= total;
    }

    // .NET's own exponential: the last bit of MathF.Exp is the operating system's.
    private static float Exp(float x) => Vector128.Exp(Vector128.Create(x)).ToScalar();
}
