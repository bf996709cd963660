using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Layers;

namespace Alice.ML.Models.Networks;

/// <summary>A network, packed for scoring from the features as they come. Immutable and thread-safe.</summary>
internal sealed class NetworkScorer
{
    private const int StackFloats = 1024;

    private readonly DenseNetwork _network;
    private readonly PiecewiseLinearEncoder? _encoder;
    private readonly DenseLayer[] _layers;
    private readonly int _inputs;
    private readonly int _scratchWidth;

    /// <param name="network">The network.</param>
    /// <param name="encoder">What makes the network's inputs of the features; null where they are the features.</param>
    public NetworkScorer(DenseNetwork network, PiecewiseLinearEncoder? encoder)
    {
        (_network, _encoder) = (network, encoder);
        _inputs = encoder?.InputCount ?? network.InputCount;
        _layers = new DenseLayer[network.LayerSizes.Count - 1];
        var weights = network.Weights.Span;
        for (var l = 0; l < _layers.Length; l++)
        {
            var (inputs, outputs) = (network.LayerSizes[l], network.LayerSizes[l + 1]);
            var length = (inputs + 1) * outputs;
            _layers[l] = l == 0 && encoder is not null
                ? new PiecewiseLinearLayer(encoder, outputs, weights[..length])
                : DenseLayer.Create(inputs, outputs, weights[..length]);
            weights = weights[length..];
        }
        // Features are copied only where the first layer needs them padded.
        var padded = _layers[0].InputWidth > _inputs ? _layers[0].InputWidth : 0;
        _scratchWidth = Math.Max(_layers.Max(l => l.OutputWidth), padded);
    }

    /// <summary>The outputs for one row.</summary>
    /// <param name="values">As in a VBuffer: all features, or those at the indices.</param>
    /// <param name="indices">Where the values belong; empty when all are given.</param>
    /// <param name="outputs">Room for the network's outputs.</param>
    [SkipLocalsInit]
    public void Run(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs)
    {
        var rented = 2 * _scratchWidth > StackFloats ? ArrayPool<float>.Shared.Rent(2 * _scratchWidth) : null;
        var scratch = rented is null ? stackalloc float[StackFloats] : rented;
        var current = scratch[.._scratchWidth];
        var next = scratch.Slice(_scratchWidth, _scratchWidth);
        try
        {
            MultiplyFeatures(values, indices, current, next);
            for (var l = 1; l < _layers.Length; l++)
            {
                _layers[l].MultiplyActivated(_network.Activation, current[.._layers[l - 1].OutputWidth], next);
                var last = current;
                current = next;
                next = last;
            }
            // Adding 0 turns -0 into 0: see DenseLayer.
            TensorPrimitives.Add(current[.._network.OutputCount], 0f, outputs);
            outputs = outputs[.._network.OutputCount];
            if (!AreFinite(outputs))
                SaturatingForward.Run(_network, _encoder, values, indices, outputs);
            OutputFunctions.Apply(_network.OutputTransform, outputs);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<float>.Shared.Return(rented);
        }
    }

    private static bool AreFinite(ReadOnlySpan<float> outputs)
    {
        foreach (var output in outputs)
            if (!float.IsFinite(output))
                return false;
        return true;
    }

    private void MultiplyFeatures(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs, Span<float> padded)
    {
        var layer = _layers[0];
        if (values.Length < _inputs)
        {
            layer.Multiply(values, indices, outputs);
        }
        else if (layer.InputWidth > _inputs)
        {
            values.CopyTo(padded);
            padded[values.Length..layer.InputWidth].Clear();
            layer.Multiply(padded, outputs);
        }
        else
        {
            layer.Multiply(values, outputs);
        }
    }
}
