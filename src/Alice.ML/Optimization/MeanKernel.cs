using System.Numerics;
using static System.Numerics.Vector;

namespace Alice.ML.Optimization;

/// <summary>A running mean of values. Arrays: mean; value.</summary>
internal readonly unsafe struct MeanKernel(double memory) : IVectorKernel<float>
{
    private readonly Vector<float> _memory = new((float)memory);

    public static int Arrays => 2;

    public static int WrittenArrays => 1;

    public void Run(float** arrays, nint from, nint to)
    {
        for (var i = from; i < to; i += Vector<float>.Count)
        {
            var value = Load(arrays[1] + i);
            (value + _memory * (Load(arrays[0] + i) - value)).Store(arrays[0] + i);
        }
    }
}
