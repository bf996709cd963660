using System.Runtime.InteropServices;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Alice.ML.Optimization.Update;

/// <summary>
/// The parts of one step on an <see cref="AliceState"/>, in the order of use (<see cref="StepProtocol"/>):
/// <see cref="Perturb"/>, three gradients, <see cref="MeasureCurvature"/> (sample steps only),
/// <see cref="Move(AliceState, Tensor, in AliceStep, Tensor)"/>.
/// On the CPU each is one pass over memory; on other devices, tensor operations without waiting. All tensors are
/// contiguous and have the state's element count, dtype and device.
/// </summary>
/// <remarks>
/// <c>finite</c>, if given, is a 0-dimensional Boolean tensor on the state's device: where it is false the state
/// stays as it was. It serves devices on which reading the value would make the host wait.
/// </remarks>
internal static class AliceUpdate
{
    /// <summary>
    /// plus ← ν + σ·r and minus ← ν − σ·r; <paramref name="minus"/> may be <paramref name="directions"/>.
    /// </summary>
    public static void Perturb(Tensor lookAhead, Tensor directions, double radius, Tensor plus, Tensor minus)
    {
        if (!RunsOnCpuKernels(lookAhead, null))
            TensorKernels.Perturb(lookAhead, directions, radius, plus, minus);
        else if (lookAhead.dtype == ScalarType.Float32)
            Run<float, PerturbKernel>(new(radius), plus, minus, lookAhead, directions);
        else
            Run<double, PerturbKernel>(new(radius), plus, minus, lookAhead, directions);
    }

    /// <summary>Averages Hessian and glass density over the gradients at ν + σ·r, ν − σ·r and ν of a sample step. The
    /// directions r are read only for <see cref="HessianEstimate.Signed"/>; otherwise any tensor serves.
    /// </summary>
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

    /// <summary>What follows the evaluations of a step: curvature, if it is a sample step, and the move.</summary>
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

    /// <summary>
    /// Quick step: averages s and g over <paramref name="gradient"/>, the one at ν; then, if due, ν and μ move.
    /// </summary>
    public static void Move(AliceState state, Tensor gradient, in AliceStep step, Tensor? finite = null) =>
        Move(state, gradient, gradient, gradient, step, finite);

    /// <summary>
    /// Sample step: the same with the three gradients, whose mean feeds s and g where the options ask for it
    /// (<see cref="AliceOptimizerOptions.AverageSampleGradients"/>); else as if only <paramref name="gradient"/> were
    /// given.
    /// </summary>
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

    /// <summary>
    /// For reports: mean glass density and mean Hessian (√h² for the root-mean-square estimate). The host waits.
    /// </summary>
    public static (double GlassDensity, double Hessian) Curvature(AliceState state, HessianEstimate estimate) =>
        HasReportLoops(state) ? CurvatureReport.Means(state, estimate) : TensorKernels.Curvature(state, estimate);

    /// <summary>
    /// For reports: the share of parameters whose last step, that given, was at the upper bound. The host waits.
    /// </summary>
    public static double ShareAtUpperBound(AliceState state, in AliceStep step) =>
        HasReportLoops(state) ? CurvatureReport.ShareAtUpperBound(state, step)
            : TensorKernels.ShareAtUpperBound(state, step);

    /// <summary>
    /// Whether every value of a contiguous tensor is finite. On devices other than the CPU, the host waits.
    /// </summary>
    public static bool IsFinite(Tensor tensor)
    {
        // IsFiniteAll says false of nothing.
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

    /// <summary>The same as a 0-dimensional tensor on the device; the host does not wait.</summary>
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
