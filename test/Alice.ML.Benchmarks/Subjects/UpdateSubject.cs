using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>An optimizer's state and gradients of one size, and the update kernels that work on them: in single
/// precision as the trainer calls them, on memory whose addresses it knows.
/// </summary>
internal sealed unsafe class UpdateSubject : IDisposable
{
    // Past the window in which nothing moves: 399 is a quick step, 400 a sample step.
    private static readonly AliceStep Quick = StepNumber(399);
    private static readonly AliceStep Sample = StepNumber(400);

    private readonly AliceState _state;
    private readonly Tensor _gradient;
    private readonly Tensor _plus;
    private readonly Tensor _minus;
    private readonly StateMemory? _memory;
    private readonly float* _gradientAt;
    private readonly float* _plusAt;
    private readonly float* _minusAt;

    public UpdateSubject(long parameters, ScalarType dtype)
    {
        using var start = randn(parameters, dtype: dtype);
        _state = new AliceState(start);
        _gradient = randn(parameters, dtype: dtype);
        _plus = randn(parameters, dtype: dtype);
        _minus = randn(parameters, dtype: dtype);
        if (dtype == ScalarType.Float32)
        {
            _memory = new StateMemory(_state);
            _gradientAt = Pointer(_gradient);
            _plusAt = Pointer(_plus);
            _minusAt = Pointer(_minus);
        }
        WholeSample();

        float* Pointer(Tensor tensor) => VectorLoop.Pointer<float>(tensor, parameters);
    }

    /// <summary>Reads G₀, s, g, h, ρ, μ; writes s, g, ν, μ.</summary>
    public const int QuickMoveArrays = 10;

    /// <summary>Reads G₊ and G₋ as well, for the mean of the three gradients.</summary>
    public const int SampleMoveArrays = 12;

    /// <summary>Reads ν, r; writes two points.</summary>
    public const int PerturbArrays = 4;

    /// <summary>Reads three gradients, h, ρ; writes h, ρ.</summary>
    public const int CurvatureArrays = 7;

    /// <summary>Writes r.</summary>
    public const int FillArrays = 1;

    public void QuickMove()
    {
        if (_memory is null)
            AliceUpdate.Move(_state, _gradient, Quick);
        else
            _memory.Move(_gradientAt, _gradientAt, _gradientAt, Quick);
    }

    public void SampleMove()
    {
        if (_memory is null)
            AliceUpdate.Move(_state, _plus, _minus, _gradient, Sample);
        else
            _memory.Move(_plusAt, _minusAt, _gradientAt, Sample);
    }

    // In the benchmark the two points lie where the outer gradients do: what is in them does not matter.
    public void Perturb()
    {
        if (_memory is null)
            AliceUpdate.Perturb(_state.LookAhead, _minus, Sample.PerturbationRadius, _plus, _minus);
        else
            _memory.Perturb(_minusAt, Sample.PerturbationRadius, _plusAt, _minusAt);
    }

    public void MeasureCurvature()
    {
        if (_memory is null)
            AliceUpdate.MeasureCurvature(_state, _plus, _minus, _gradient, _gradient, Sample);
        else
            _memory.MeasureCurvature(_plusAt, _minusAt, _gradientAt, _gradientAt, Sample);
    }

    public void Fill() => AliceDirections.Fill(_minus, 1);

    /// <summary>What a sample step does before its three gradients.</summary>
    public void FillAndPerturb()
    {
        Fill();
        Perturb();
    }

    /// <summary>All that it does besides them.</summary>
    public void WholeSample()
    {
        FillAndPerturb();
        MeasureCurvature();
        SampleMove();
    }

    public void Dispose()
    {
        _state.Dispose();
        _gradient.Dispose();
        _plus.Dispose();
        _minus.Dispose();
    }

    private static AliceStep StepNumber(long number) =>
        AliceStep.Create(AliceOptimizerOptions.Tabular, 3e-3, number);
}
