using static TorchSharp.torch;

namespace Alice.ML.Landscape;

internal static class Statistics
{
    /// <summary>The relative precision of a type: the distance from 1 to the next number.</summary>
    public static double Precision(ScalarType type) => type == ScalarType.Float32 ? Math.Pow(2, -23) : Math.Pow(2, -52);

    /// <summary>Mean, and its standard error from the spread of the values.</summary>
    public static (double Mean, double StandardError) MeanAndError(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var squares = values.Sum(v => (v - mean) * (v - mean));
        return (mean, Math.Sqrt(squares / (values.Count - 1) / values.Count));
    }

    public static double Sum(Tensor values)
    {
        using var sum = values.sum();
        using var onHost = sum.cpu();
        return onHost.item<double>();
    }

    public static double Mean(Tensor values) => Sum(values) / values.numel();

    public static double MeanSquare(Tensor values) => Dot(values, values) / values.numel();

    public static double Dot(Tensor a, Tensor b)
    {
        using var product = a.mul(b);
        return Sum(product);
    }
}
