using System.Runtime.InteropServices;

namespace Alice.ML.Training.Kernels;

/// <summary>Pinned floats, initially zero, aligned to a cache line. They are valid while this object lives.</summary>
internal sealed unsafe class WorkMemory
{
    private const int CacheLine = 64;

    private readonly List<float[]> _arrays = [];

    public float* Allocate(long count)
    {
        // Kernels may read the whole cache line of the last number.
        var array = GC.AllocateArray<float>(checked((int)count + 2 * CacheLine / sizeof(float)), pinned: true);
        _arrays.Add(array);
        var address = (nuint)Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        return (float*)((address + CacheLine - 1) / CacheLine * CacheLine);
    }
}
