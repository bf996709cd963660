using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization.Tensors;

/// <summary>One value per element of some parameters: a flat tensor, with a view per parameter.</summary>
internal sealed class ParameterBuffer : IDisposable
{
    public ParameterBuffer(Tensor like, IReadOnlyList<Parameter> parameters)
    {
        Flat = zeros_like(like).DetachFromDisposeScope();
        Views = new Tensor[parameters.Count];
        var offset = 0L;
        for (var i = 0; i < Views.Length; i++)
        {
            Views[i] = View(Flat, offset, parameters[i]);
            offset += parameters[i].numel();
        }
    }

    public Tensor Flat { get; }

    public Tensor[] Views { get; }

    /// <summary>The part of a flat tensor that starts at <paramref name="offset"/>, in the shape of a
    /// parameter.</summary>
    public static Tensor View(Tensor flat, long offset, Parameter parameter)
    {
        using var part = flat.narrow(0, offset, parameter.numel());
        return part.view(parameter.shape).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (var view in Views)
            view.Dispose();
        Flat.Dispose();
    }
}
