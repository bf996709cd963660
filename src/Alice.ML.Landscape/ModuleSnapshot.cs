using Alice.ML.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>What a module holds: parameters, gradients, buffers, training mode, and the state of the CPU's default
/// generator. Disposing puts it all back, bit for bit.
/// </summary>
internal sealed class ModuleSnapshot : IDisposable
{
    private readonly nn.Module _module;
    private readonly Dictionary<string, (Tensor Values, Tensor? Gradient)> _parameters;
    private readonly Dictionary<string, Tensor> _buffers;
    private readonly (nn.Module Module, bool IsTraining)[] _modes;
    private readonly RandomReplay _random = new(null);

    private readonly bool _isConverted;

    /// <param name="module">The module.</param>
    /// <param name="inDouble">Whether it computes in float64 until this is disposed.</param>
    public ModuleSnapshot(nn.Module module, bool inDouble)
    {
        _module = module;
        using var guard = no_grad();
        _parameters = module.named_parameters()
            .ToDictionary(p => p.name, p => (Copy(p.parameter)!, Copy(p.parameter.grad)));
        _buffers = module.named_buffers().ToDictionary(b => b.name, b => Copy(b.buffer)!);
        _modes = [.. module.named_modules().Select(m => m.module).Prepend(module).Distinct()
            .Select(m => (m, m.training))];
        _isConverted = inDouble && module.parameters().Any(p => p.dtype == ScalarType.Float32);
        if (_isConverted)
            module.to(ScalarType.Float64);
    }

    /// <summary>Makes what follows see the same random draws (dropout masks) again.</summary>
    public void RewindRandom() => _random.Rewind();

    public void Dispose()
    {
        using var guard = no_grad();
        if (_isConverted)
            _module.to(ScalarType.Float32);
        foreach (var (name, parameter) in _module.named_parameters().ToList())
            Restore(name, parameter);
        foreach (var (name, buffer) in _module.named_buffers().ToList())
        {
            buffer.copy_(_buffers[name]);
            _buffers[name].Dispose();
        }
        // Parents come before their children, whose mode they set.
        foreach (var (module, isTraining) in _modes)
            module.train(isTraining);
        _random.Rewind();
        _random.Dispose();
    }

    private void Restore(string name, Parameter parameter)
    {
        var (values, gradient) = _parameters[name];
        parameter.copy_(values);
        parameter.grad = gradient;
        values.Dispose();
        gradient?.Dispose();
    }

    private static Tensor? Copy(Tensor? tensor) => tensor?.clone().DetachFromDisposeScope();
}
