using System.Runtime.InteropServices;

namespace Alice.ML.Tests.Training.Stack;

/// <summary>Records the operations that libtorch runs on this thread, by the hook that its own profiler uses
/// (at::addThreadLocalCallback of the C++ interface, under its mangled name on Linux).</summary>
internal static unsafe class TorchOperations
{
    // They make another view of the same memory, or reserve some: nothing runs on the device.
    private static readonly HashSet<string> _free =
    [
        "view", "as_strided", "select", "narrow", "slice", "expand", "transpose", "t", "unsqueeze", "flatten",
            "reshape",
        "empty", "empty_like", "empty_strided", "detach", "alias", "resolve_conj", "_reshape_alias", "pin_memory",
    ];

    // They bring values from one memory to the other, or wait for them.
    private static readonly HashSet<string> _crossing =
        ["to", "_to_copy", "item", "_local_scalar_dense", "is_nonzero", "nonzero", "equal"];

    [ThreadStatic]
    private static List<(string Name, int Depth)>? _recorded;

    [ThreadStatic]
    private static int _depth;

    /// <summary>Whether this machine can record.</summary>
    public static bool AreRecorded => OperatingSystem.IsLinux();

    /// <summary>The operations of an action.</summary>
    public static Record Of(Action action)
    {
        var torch = NativeLibrary.Load("libtorch_cpu.so", typeof(TorchSharp.torch).Assembly, null);
        var add = (delegate* unmanaged<Callback, ulong>)NativeLibrary.GetExport(
            torch, "_ZN2at22addThreadLocalCallbackENS_22RecordFunctionCallbackE");
        var remove = (delegate* unmanaged<ulong, void>)NativeLibrary.GetExport(torch, "_ZN2at14removeCallbackEm");
        _name = (delegate* unmanaged<void*, byte*>)NativeLibrary.GetExport(torch, "_ZNK2at14RecordFunction4nameEv");
        var callback = new Callback { Start = &Begin, End = &End, Probability = 1 };
        callback.Scopes[0] = 1;
        (_recorded, _depth) = ([], 0);
        var handle = add(callback);
        try
        {
            action();
            return new Record(_recorded);
        }
        finally
        {
            remove(handle);
            _recorded = null;
        }
    }

    private static delegate* unmanaged<void*, byte*> _name;

    // A std::unique_ptr is returned through memory of the caller.
    [UnmanagedCallersOnly]
    private static void** Begin(void** context, void* function)
    {
        *context = null;
        _recorded!.Add((Marshal.PtrToStringUTF8((nint)_name(function))!.Replace("aten::", ""), _depth++));
        return context;
    }

    [UnmanagedCallersOnly]
    private static void End(void* function, void* context) => _depth--;

    /// <summary>at::RecordFunctionCallback.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Callback
    {
        public delegate* unmanaged<void**, void*, void**> Start;
        public delegate* unmanaged<void*, void*, void> End;
        public double Probability;

        // Ten scopes, of which the first is that of operations, and what else callbacks may ask for.
        public fixed byte Scopes[16];
    }

    /// <summary>What ran.</summary>
    public sealed class Record
    {
        public Record(IEnumerable<(string Name, int Depth)> recorded)
        {
            // Depths of the operation that counts, and of a conversion inside it, in which the recording is.
            var (counted, converted) = (int.MaxValue, int.MaxValue);
            foreach (var (name, depth) in recorded)
            {
                counted = depth <= counted ? int.MaxValue : counted;
                converted = depth <= converted ? int.MaxValue : converted;
                var isInside = depth > counted;
                // Where types differ, the CPU converts before it computes; devices do so while they compute.
                if (isInside && name == "to")
                    converted = depth;
                if (depth > converted || isInside && name == "to")
                    continue;
                if (_crossing.Contains(name))
                    Crossings.Add(name);
                // What an operation does inside depends on the device; but a copy that it makes first is one
                // everywhere.
                if (_free.Contains(name) || isInside && name is not ("copy_" or "clone"))
                    continue;
                Operations.Add(name);
                counted = Math.Min(counted, depth);
            }
        }

        /// <summary>What a device would have to run.</summary>
        public List<string> Operations { get; } = [];

        /// <summary>What would bring values from the device or wait for them.</summary>
        public List<string> Crossings { get; } = [];
    }
}
