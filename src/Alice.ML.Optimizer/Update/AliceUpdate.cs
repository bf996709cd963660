using System.Runtime.InteropServices;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Alice.ML.Optimization.Update;

/// <summary>The parts of one step, in the order of <see cref="StepProtocol"/>: <see cref="Perturb"/>, three gradients,
/// <see cref="MeasureCurvature"/> (only in sample steps), <see cref="Move(AliceState, Tensor, in AliceStep, Tensor)"/>.
/// On the CPU, each is one pass over memory. On other devices, they are tensor operations, and the host does not wait.
/// All tensors are contiguous and have the element count, dtype and device of the state.</summary>
/// <remarks><c>finite</c> is a 0-dimensional Boolean tensor on the device of the state. If it is false, the state does
/// not change. It is for devices on which reading the value would make the host wait.</remarks>
internal static class AliceUpdate
{
    /// <summary>plus ← ν + σ·r and minus ← ν − σ·r. <paramref name="minus"/> may be the same tensor as <paramref
    /// name="directions"/>.</summary>
    public static void Perturb(Tensor lookAhead, Tensor directions, double radius, Tensor plus, Tensor minus)
    {
        if (!RunsOnCpuKernels(lookAhead, null))
            TensorKernels.Perturb(lookAhead, directions, radius, plus, minus);
        else if (lookAhead.dtype == ScalarType.Float32)
            Run<float, PerturbKernel>(new(radius), plus, minus, lookAhead, directions);
        else
            Run<double, PerturbKernel>(new(radius), plus, minus, lookAhead, directions);
    }

    /// <summary>Updates the averages of Hessian and glass density from the gradients of a sample step at ν + σ·r, ν −
    /// σ·r and ν. The directions r are read only for <see cref="HessianEstimate.Signed"/>.</summary>
    public static void MeasureCurvature(
        AliceState state, Tensor gradientPlus, Tensor gradientMinus, Tensor gradient, Tensor directions,
        in AliceStep step,
        Tensor? finite = null)
    {
        if (!RunsOnCpuKernels(gradient, finite))
            TensorKernels.MeasureCurvature(state, gradientPlus, gradientMinus, gradient, directions, step, finite);
        else if (gradient.dtype == ScalarType.Float32)
            Run<float, CurvatureKernel>(
                new(step), state.Hessian, state.GlassDensity, gradient, gradientPlus, gradientMinus, directions);
        else
            Run<double, CurvatureKernel>(
                new(step), state.Hessian, state.GlassDensity, gradient, gradientPlus, gradientMinus, directions);
    }

    /// <summary>Applies a step after its evaluations: the curvature in a sample step, then the move.</summary>
    public static void Apply(
        AliceState state, Tensor gradientPlus, Tensor gradientMinus, Tensor gradient, Tensor directions,
        in AliceStep step, Tensor? finite = null)
    {
        if (!step.IsSample)
        {
            Move(state, gradient, step, finite);
            return;
        }
        MeasureCurvature(state, gradientPlus, gradientMinus, gradient, directions, step, finite);
        Move(state, gradientPlus, gradientMinus, gradient, step, finite);
    }

    /// <summary>Quick step: updates s and g with <paramref name="gradient"/>, the one at ν. Then ν and μ move, unless
    /// the averages are still filling.</summary>
    public static void Move(AliceState state, Tensor gradient, in AliceStep step, Tensor? finite = null) =>
        Move(state, gradient, gradient, gradient, step, finite);

    /// <summary>Sample step: as the quick step, but with <see cref="AliceOptimizerOptions.AverageSampleGradients"/> the
    /// mean of the three gradients updates s and g.</summary>
    public static void Move(
        AliceState state, Tensor gradientPlus, Tensor gradientMinus, Tensor gradient, in AliceStep step,
        Tensor? finite = null)
    {
        if (!RunsOnCpuKernels(gradient, finite))
            TensorKernels.Move(state, gradientPlus, gradientMinus, gradient, step, finite);
        else if (gradient.dtype == ScalarType.Float32)
            Move<float>(state, gradientPlus, gradientMinus, gradient, step);
        else
            Move<double>(state, gradientPlus, gradientMinus, gradient, step);
    }

    /// <summary>Mean glass density and mean Hessian (√h² for the root-mean-square estimate), for reports. The host
    /// waits.</summary>
    public static (double GlassDensity, double Hessian) Curvature(AliceState state, HessianEstimate estimate) =>
        HasReportLoops(state) ? CurvatureReport.Means(state, estimate) : TensorKernels.Curvature(state, estimate);

    /// <summary>Share of the parameters whose last step reached the upper bound, for reports. The host waits.</summary>
    public static double ShareAtUpperBound(AliceState state, in AliceStep step) =>
        HasReportLoops(state) ? CurvatureReport.ShareAtUpperBound(state, step)
            : TensorKernels.ShareAtUpperBound(state, step);

    /// <summary>Whether all values of a contiguous tensor are finite. On devices other than the CPU, the host
    /// waits.</summary>
    public static bool IsFinite(Tensor tensor)
    {
        // IsFiniteAll returns false for an empty span.
        if (tensor.numel() == 0)
            return true;
        var fitsSpan = tensor.device_type == DeviceType.CPU && tensor.numel() * tensor.element_size() <= int.MaxValue;
        if (fitsSpan && tensor.dtype == ScalarType.Float32)
            return TensorPrimitives.IsFiniteAll(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        if (fitsSpan && tensor.dtype == ScalarType.Float64)
            return TensorPrimitives.IsFiniteAll(MemoryMarshal.Cast<byte, double>(tensor.bytes));
        using var finite = IsFiniteOnDevice(tensor);
        using var onHost = finite.cpu();
        return onHost.item<bool>();
    }

    /// <summary>Whether all values are finite, as a 0-dimensional tensor on the device. The host does not
    /// wait.</summary>
    public static Tensor IsFiniteOnDevice(Tensor tensor)
    {
        using var each = isfinite(tensor);
        return each.all();
    }

    private static void Move<T>(AliceState state, Tensor plus, Tensor minus, Tensor gradient, in AliceStep step)
        where T : unmanaged =>
            Run<T, MoveKernel>(
            new(step), state.LookAhead, state.Center, state.Gradient, state.SecondMoment,
            state.GlassDensity, state.Hessian, gradient, plus, minus);

    private static void Run<T, TKernel>(in TKernel kernel, params ReadOnlySpan<Tensor> tensors)
        where T : unmanaged
        where TKernel : struct, IVectorKernel =>
            VectorLoop.Run<T, TKernel>(kernel, tensors, tensors[0].numel());

    private static bool HasReportLoops(AliceState state) =>
        RunsOnCpuKernels(state.Center, null) && state.Center.dtype == ScalarType.Float32
            && state.Center.is_contiguous();

    private static bool RunsOnCpuKernels(Tensor tensor, Tensor? finite) =>
        tensor.device_type == DeviceType.CPU && finite is null;
}
