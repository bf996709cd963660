using System.Runtime.InteropServices;

namespace Alice.ML.Mpi;

/// <summary>The functions of Open MPI's library that are needed, and its handles, which are the addresses of variables
/// that it exports.</summary>
internal sealed unsafe class OpenMpi
{
    // Several threads, though not at once.
    public const int ThreadSerialized = 2;

    private readonly nint _library;

    private OpenMpi(nint library) => _library = library;

    public static void* InPlace => (void*)1;

    public nint World => Export("ompi_mpi_comm_world");

    public nint Byte => Export("ompi_mpi_byte");

    public nint Float => Export("ompi_mpi_float");

    public nint Double => Export("ompi_mpi_double");

    public nint OpSum => Export("ompi_mpi_op_sum");

    /// <summary>Finds the library where the system's loader does.</summary>
    /// <exception cref="DllNotFoundException">There is none, or one of another MPI.</exception>
    public static OpenMpi Load()
    {
        var name = OperatingSystem.IsMacOS() ? "libmpi.40.dylib" : "libmpi.so.40";
        if (OperatingSystem.IsWindows() || !NativeLibrary.TryLoad(name, out var library))
            throw new DllNotFoundException(
                $"Open MPI 4 or 5 ({name}) was not found. Install it on every machine (Debian, Ubuntu: apt-get install "
                + "openmpi-bin) and start the program with mpirun. Only Linux and macOS are supported.");
        if (!NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _))
            throw new DllNotFoundException(
                $"The library {name} is not Open MPI's. Put the folder of Open MPI's first in LD_LIBRARY_PATH.");
        return new OpenMpi(library);
    }

    public bool IsInitialized()
    {
        int flag;
        Check(((delegate* unmanaged<int*, int>)Export("MPI_Initialized"))(&flag), "MPI_Initialized");
        return flag != 0;
    }

    public bool IsFinalized()
    {
        int flag;
        Check(((delegate* unmanaged<int*, int>)Export("MPI_Finalized"))(&flag), "MPI_Finalized");
        return flag != 0;
    }

    /// <summary>Starts MPI, and gives what it says of threads.</summary>
    public int Initialize()
    {
        // Open MPI would print a stack for signals that .NET makes exceptions of, and end the process.
        SetNativeVariable("OMPI_MCA_opal_signal", "");
        int provided;
        Check(((delegate* unmanaged<void*, void*, int, int*, int>)Export("MPI_Init_thread"))(
            null, null, ThreadSerialized, &provided), "MPI_Init_thread");
        return provided;
    }

    public void Finish() => Check(((delegate* unmanaged<int>)Export("MPI_Finalize"))(), "MPI_Finalize");

    public void Abort(nint communicator, int code) =>
        ((delegate* unmanaged<nint, int, int>)Export("MPI_Abort"))(communicator, code);

    public nint Duplicate(nint communicator)
    {
        nint copy;
        Check(((delegate* unmanaged<nint, nint*, int>)Export("MPI_Comm_dup"))(communicator, &copy), "MPI_Comm_dup");
        return copy;
    }

    public void Free(nint communicator) =>
        Check(((delegate* unmanaged<nint*, int>)Export("MPI_Comm_free"))(&communicator), "MPI_Comm_free");

    public int Rank(nint communicator)
    {
        int rank;
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(communicator, &rank), "MPI_Comm_rank");
        return rank;
    }

    public int Size(nint communicator)
    {
        int size;
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(communicator, &size), "MPI_Comm_size");
        return size;
    }

    public void Sum(void* values, int count, nint type, nint communicator) =>
        Check(((delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)Export("MPI_Allreduce"))(
            InPlace, values, count, type, OpSum, communicator), "MPI_Allreduce");

    public void Broadcast(void* values, int bytes, nint communicator) =>
        Check(((delegate* unmanaged<void*, int, nint, int, nint, int>)Export("MPI_Bcast"))(
            values, bytes, Byte, 0, communicator), "MPI_Bcast");

    public void GatherAll(void* own, int bytes, void* all, int* counts, int* starts, nint communicator) =>
        Check(((delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Export("MPI_Allgatherv"))(
            own, bytes, Byte, all, counts, starts, Byte, communicator), "MPI_Allgatherv");

    /// <summary>Begins to wait for the others.</summary>
    public nint BeginBarrier(nint communicator)
    {
        nint request;
        Check(((delegate* unmanaged<nint, nint*, int>)Export("MPI_Ibarrier"))(communicator, &request), "MPI_Ibarrier");
        return request;
    }

    /// <summary>Whether all have come.</summary>
    public bool HasEnded(ref nint request)
    {
        int flag;
        fixed (nint* pointer = &request)
            Check(((delegate* unmanaged<nint*, int*, void*, int>)Export("MPI_Test"))(pointer, &flag, null), "MPI_Test");
        return flag != 0;
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    // MPI's own handler has ended the job before that, unless somebody has set another.
    private static void Check(int code, string function)
    {
        if (code != 0)
            throw new InvalidOperationException($"{function} failed with code {code}.");
    }

    // Environment.SetEnvironmentVariable does not reach native code.
    private static void SetNativeVariable(string name, string value)
    {
        var setenv = (delegate* unmanaged<byte*, byte*, int, int>)NativeLibrary.GetExport(
            NativeLibrary.GetMainProgramHandle(), "setenv");
        var (nameBytes, valueBytes) = (Marshal.StringToCoTaskMemUTF8(name), Marshal.StringToCoTaskMemUTF8(value));
        setenv((byte*)nameBytes, (byte*)valueBytes, 0);
        Marshal.FreeCoTaskMem(nameBytes);
        Marshal.FreeCoTaskMem(valueBytes);
    }
}
