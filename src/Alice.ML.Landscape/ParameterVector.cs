using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>The parameters of a module that require a gradient, as one vector in float64, layer after layer.</summary>
internal sealed class ParameterVector
{
    private readonly Parameter[] _parameters;

    public ParameterVector(nn.Module module)
    {
        var named = module.named_parameters().Where(p => p.parameter.requires_grad).ToArray();
        if (named.Length == 0)
            throw new ArgumentException("The module has no parameters that require a gradient.", nameof(module));
        _parameters = [.. named.Select(p => p.parameter)];
        var bad = Array.FindIndex(_parameters, p => p.dtype is not (ScalarType.Float32 or ScalarType.Float64));
        if (bad >= 0)
            throw new ArgumentException(
                $"Parameter '{named[bad].name}' is of type {_parameters[bad].dtype}; a landscape is measured in "
                + $"Float32 or Float64.",
                nameof(module));

        var groups = new List<ParameterRange>();
        foreach (var (name, parameter) in named)
        {
            var layer = name.LastIndexOf('.') is var dot and > 0 ? name[..dot] : name;
            if (groups.Count > 0 && groups[^1].Name == layer)
                groups[^1] = groups[^1] with { Count = groups[^1].Count + parameter.numel() };
            else
                groups.Add(new ParameterRange(layer, Count, parameter.numel()));
            Count += parameter.numel();
        }
        Groups = groups;
    }

    /// <summary>How many numbers they are.</summary>
    public long Count { get; }

    /// <summary>The layers: parameters whose names agree up to the last dot.</summary>
    public IReadOnlyList<ParameterRange> Groups { get; }

    /// <summary>Where they are.</summary>
    public Device Device => _parameters[0].device;

    /// <summary>The coarsest of their types.</summary>
    public ScalarType DataType =>
        _parameters.Any(p => p.dtype == ScalarType.Float32) ? ScalarType.Float32 : ScalarType.Float64;

    /// <summary>Their values now [Count].</summary>
    public Tensor Values() => Flatten(_parameters);

    /// <summary>Their gradients now [Count]; zero where there is none.</summary>
    /// <exception cref="InvalidOperationException">None has a gradient.</exception>
    public Tensor Gradients()
    {
        if (_parameters.All(p => p.grad is null))
            throw new InvalidOperationException("The closure left no gradient: let it call backward() on the loss.");
        return Flatten(_parameters.Select(p => p.grad ?? zeros_like(p)));
    }

    /// <summary>Forgets the gradients.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in _parameters)
            parameter.grad?.zero_();
    }

    /// <summary>Puts a vector [Count] into the parameters.</summary>
    public void Place(Tensor vector)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var offset = 0L;
        foreach (var parameter in _parameters)
        {
            parameter.copy_(vector.narrow(0, offset, parameter.numel()).view(parameter.shape));
            offset += parameter.numel();
        }
    }

    /// <summary>One tensor for each parameter as a vector [Count].</summary>
    /// <exception cref="ArgumentException">Another number of tensors, or a shape that is not the
    /// parameter's.</exception>
    public Tensor Gather(IReadOnlyList<Tensor> tensors)
    {
        if (tensors.Count != _parameters.Length)
            throw new ArgumentException(
                $"Step has {tensors.Count} tensors, but must have one for each of {_parameters.Length} parameters.");
        for (var i = 0; i < tensors.Count; i++)
            if (!tensors[i].shape.SequenceEqual(_parameters[i].shape))
                throw new ArgumentException($"Step {i} has the shape [{string.Join(", ", tensors[i].shape)}], but its "
                    + $"parameter has [{string.Join(", ", _parameters[i].shape)}].");
        return Flatten(tensors);
    }

    private Tensor Flatten(IEnumerable<Tensor> tensors)
    {
        using var guard = no_grad();
        var vector = empty(Count, ScalarType.Float64, Device);
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            using var scope = NewDisposeScope();
            vector.narrow(0, offset, tensor.numel()).copy_(tensor.reshape(-1));
            offset += tensor.numel();
        }
        return vector;
    }
}

/// <summary>Where the parameters of a layer are in the vector.</summary>
internal readonly record struct ParameterRange(string Name, long Start, long Count)
{
    public Tensor Of(Tensor vector) => vector.narrow(0, Start, Count);
}
