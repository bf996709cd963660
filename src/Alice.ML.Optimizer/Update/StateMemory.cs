using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Optimization.Update;

/// <summary>The update on the memory of a single-precision state on the CPU. The addresses are read only once: a call
/// of TorchSharp takes as long as the update of a small network. All arrays have the element count of the
/// state.</summary>
/// <param name="state">Must outlive this object.</param>
internal sealed unsafe class StateMemory(AliceState state)
{
    private readonly long _count = state.Center.numel();
    private readonly float* _gradient = Pointer(state.Gradient);
    private readonly float* _secondMoment = Pointer(state.SecondMoment);
    private readonly float* _glassDensity = Pointer(state.GlassDensity);
    private readonly float* _hessian = Pointer(state.Hessian);

    /// <summary>μ.</summary>
    public float* Center { get; } = Pointer(state.Center);

    /// <summary>ν.</summary>
    public float* LookAhead { get; } = Pointer(state.LookAhead);

    /// <inheritdoc cref="AliceUpdate.Perturb"/>
    public void Perturb(float* directions, double radius, float* plus, float* minus)
    {
        var arrays = stackalloc float*[] { plus, minus, LookAhead, directions };
        VectorLoop.Run(new PerturbKernel(radius), arrays, _count);
    }

    /// <summary>As <see cref="AliceUpdate.Apply"/>. The outer gradients are read only in a sample step.</summary>
    /// <remarks>If parameters move, ν and μ are then multiplied by <paramref name="kept"/>.</remarks>
    public void Apply(
        float* plus, float* minus, float* gradient, float* directions, in AliceStep step, double kept = 1)
    {
        if (step.IsSample)
            MeasureCurvature(plus, minus, gradient, directions, step);
        Move(plus, minus, gradient, step, kept);
    }

    /// <summary>As <see cref="AliceUpdate.MeasureCurvature"/>.</summary>
    public void MeasureCurvature(float* plus, float* minus, float* gradient, float* directions, in AliceStep step)
    {
        var arrays = stackalloc float*[] { _hessian, _glassDensity, gradient, plus, minus, directions };
        VectorLoop.Run(new CurvatureKernel(step), arrays, _count);
    }

    /// <summary>A quick or sample step, as in <see cref="AliceUpdate"/>. The outer gradients are read only if the step
    /// averages gradients.</summary>
    /// <remarks>If parameters move, ν and μ are then multiplied by <c>kept</c>.</remarks>
    public void Move(float* plus, float* minus, float* gradient, in AliceStep step, double kept = 1)
    {
        var arrays = stackalloc float*[
] { LookAhead, Center, _gradient, _secondMoment, _glassDensity, _hessian, gradient, plus, minus };
        VectorLoop.Run(new MoveKernel(step, kept), arrays, _count);
    }

    /// <summary>mean ← μ + memory · (mean − μ).</summary>
    public void AddCenterTo(float* mean, double memory)
    {
        var arrays = stackalloc float*[] { mean, Center };
        VectorLoop.Run(new MeanKernel(memory), arrays, _count);
    }

    private static float* Pointer(TorchSharp.torch.Tensor values) => VectorLoop.Pointer<float>(values, values.numel());
}
