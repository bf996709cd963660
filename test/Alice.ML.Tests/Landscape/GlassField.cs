using Alice.ML.Optimization.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Landscape;

/// <summary>A gradient field of known glass density and Hessian: for each of many parameters, jumps ±a of the gradient
/// at random places, besides h times the parameter. The places are as dense as n in a length 2R, so ρ = a² n / (2R).
/// </summary>
internal sealed class GlassField : nn.Module
{
    private const double Reach = 2e-3;
    private const int Jumps = 64;
    private readonly Parameter _parameter;
    private readonly Tensor _places;
    private readonly Tensor _jumps;
    private readonly double _hessian;

    public GlassField(double density, double hessian, int count = 20_000) : base(nameof(GlassField))
    {
        using var guard = no_grad();
        using var random = new Generator(1);
        _hessian = hessian;
        _parameter = new Parameter(zeros(count, dtype: ScalarType.Float64));
        _places = rand(count, Jumps, dtype: ScalarType.Float64, generator: random).Scale(2).Shift(-1).Scale(Reach);
        var signs = rand(count, Jumps, dtype: ScalarType.Float64, generator: random).Shift(-0.5).sign();
        _jumps = signs.Scale(Math.Sqrt(density * 2 * Reach / Jumps));
        register_parameter("field", _parameter);
    }

    /// <summary>Sets the gradient; the loss is of no interest here.</summary>
    public Tensor Loss()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var passed = _parameter.unsqueeze(1).gt(_places).to(ScalarType.Float64);
        _parameter.grad = (passed * _jumps).sum(1).Plus(_parameter * _parameter.Constant(_hessian));
        return zeros([], dtype: ScalarType.Float64).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _places.Dispose();
            _jumps.Dispose();
        }
        base.Dispose(disposing);
    }
}
