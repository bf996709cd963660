using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Alice.ML.Models.Layers;

/// <summary>
/// Floats, zero at first, that start at a cache line: a vector that straddles two lines costs two loads.
/// </summary>
internal readonly struct AlignedFloats
{
    private const int CacheLine = 64;

    private readonly float[] _array;
    private readonly int _start;
    private readonly int _length;

    public AlignedFloats(int length)
    {
        // Pinned, so that the alignment lasts.
        _array = GC.AllocateArray<float>(checked(length + CacheLine / sizeof(float)), pinned: true);
        _length = length;
        unsafe
        {
            var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
            _start = (int)((CacheLine - address % CacheLine) % CacheLine / sizeof(float));
        }
    }

    public Span<float> Span => _array.AsSpan(_start, _length);

    public ref float First => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_array), _start);
}
