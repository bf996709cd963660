using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Networks;

namespace Alice.ML.Training.Kernels;

/// <inheritdoc/>
internal sealed unsafe class NetworkKernel<V> : NetworkKernel where V : struct, IFloats<V>
{
    // Rows that go through all layers before the next ones do: what they leave in between stays in the cache.
    private const int RowsAtOnce = 128;

    private readonly NetworkShape _shape;
    private readonly KernelLoss _loss;
    private readonly WorkMemory _memory = new();
    private readonly KernelLayer<V>[] _layers;
    private readonly OutputLayer<V>? _output;
    private readonly float* _targets;
    private readonly float* _factors;
    private readonly RowsAt _columns;

    public NetworkKernel(NetworkShape shape, KernelLoss loss, FirstLayerInputs inputs)
    {
        (_shape, _loss) = (shape, loss);
        var isSoftmax = loss.Kind == LossKind.Softmax;
        var hasOutputLayer = shape.Layers > 1 && !isSoftmax;
        _layers = new KernelLayer<V>[hasOutputLayer ? shape.Layers - 1 : shape.Layers];
        long offset = 0;
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            // Softmax makes nothing of the outputs that are padding.
            var padding = isSoftmax && layer == shape.Layers - 1 ? float.NegativeInfinity : 0;
            var place = new LayerPlace(shape.LayerSizes[layer], shape.LayerSizes[layer + 1], offset, padding);
            _layers[layer] = (layer, inputs) switch
            {
                (0, { Bins: { } bins }) => new BinnedLayer<V>(place, bins, inputs.Numbers, RowsAtOnce, _memory),
                (0, { Numbers: { } numbers }) => new SparseLayer<V>(place, numbers, RowsAtOnce, _memory),
                _ => new ProductLayer<V>(place, RowsAtOnce, _memory, isFirst: layer == 0),
            };
            offset = place.End;
        }
        if (hasOutputLayer)
            _output = new OutputLayer<V>(shape.LayerSizes[^2], shape.LayerSizes[^1], offset, RowsAtOnce, _memory);
        else if (!isSoftmax)
            _columns = new RowsAt(_memory.Allocate((long)shape.LayerSizes[^1] * RowsAtOnce), RowsAtOnce);
        _targets = _memory.Allocate((long)loss.Labels * RowsAtOnce);
        _factors = _memory.Allocate((long)loss.Labels * RowsAtOnce);
    }

    public override double Evaluate(float* weights, float* gradient, in KernelBatch batch, bool adds)
    {
        Load(weights);
        foreach (var layer in _layers)
            layer.StartGradient(gradient, adds);
        _output?.StartGradient(gradient, adds);

        var dropout = new Dropout(_shape.Dropout, batch.DropoutKey);
        double loss = 0;
        for (var first = 0; first < batch.Rows; first += RowsAtOnce)
        {
            var rows = Math.Min(RowsAtOnce, batch.Rows - first);
            Forward(batch, first, rows, dropout);
            loss += Loss(batch, first, rows);
            Backward(batch, first, rows, dropout);
        }

        foreach (var layer in _layers)
            layer.FinishGradient();
        _output?.FinishGradient();
        return loss;
    }

    public override void Outputs(float* weights, in KernelBatch batch, float* outputs)
    {
        Load(weights);
        var count = _shape.LayerSizes[^1];
        for (var first = 0; first < batch.Rows; first += RowsAtOnce)
        {
            var rows = Math.Min(RowsAtOnce, batch.Rows - first);
            Forward(batch, first, rows, default);
            for (var row = 0; row < rows; row++)
                for (var output = 0; output < count; output++)
                    *outputs++ = _output is null ? _layers[^1].Values[row][output] : _output.Values[output][row];
        }
    }

    private void Load(float* weights)
    {
        foreach (var layer in _layers)
            layer.Load(weights);
        _output?.Load(weights);
    }

    private void Forward(in KernelBatch batch, int first, int rows, in Dropout dropout)
    {
        var floor = _shape.Activation == Activation.ReLU ? 0 : float.NegativeInfinity;
        var inputs = Inputs(batch, first);
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            if (i == _shape.Layers - 1)
            {
                layer.Forward(batch, first, inputs, rows, float.NegativeInfinity);
                return;
            }
            layer.Forward(batch, first, inputs, rows, floor);
            HiddenPasses<V>.Activate(
                _shape.Activation, layer.Values, layer.Slopes, rows, layer.Width, dropout, i, batch.FirstRow + first);
            inputs = layer.Values;
        }
        _output!.Forward(inputs, rows);
    }

    /// <summary>The loss of the rows; outputs become gradients.</summary>
    private double Loss(in KernelBatch batch, int first, int rows)
    {
        SetTargets(batch, first, rows);
        if (_output is not null)
            return Losses<V>.Evaluate(_loss, _output.Values.At, RowsAtOnce, _targets, _factors, rows);

        var last = _layers[^1];
        double loss;
        if (_loss.Kind == LossKind.Softmax)
            loss = Losses<V>.Softmax(last.Values, _targets, _factors, rows, last.Width);
        else
        {
            for (var output = 0; output < last.Outputs; output++)
            {
                for (var row = 0; row < rows; row++)
                    _columns[output][row] = last.Values[row][output];
                for (var row = rows; row % V.Count != 0; row++)
                    _columns[output][row] = 0;
            }
            loss = Losses<V>.Evaluate(_loss, _columns.At, RowsAtOnce, _targets, _factors, rows);
            for (var row = 0; row < rows; row++)
                for (var output = 0; output < last.Outputs; output++)
                    last.Values[row][output] = _columns[output][row];
        }
        HiddenPasses<V>.CopyAndSum(last.Values, last.Errors, rows, last.Width, last.RowSums);
        return loss;
    }

    // Label after label, [labels, RowsAtOnce]. A label that is missing has no part in the loss.
    private void SetTargets(in KernelBatch batch, int first, int rows)
    {
        var perRow = 1f / batch.WholeRows;
        for (var label = 0; label < _loss.Labels; label++)
        {
            float* targets = _targets + label * RowsAtOnce, factors = _factors + label * RowsAtOnce;
            for (var row = 0; row < rows; row++)
            {
                var target = batch.Targets[(nint)(first + row) * _loss.Labels + label];
                var isMissing = float.IsNaN(target);
                targets[row] = isMissing ? 0 : target;
                factors[row] = isMissing ? 0 : batch.Weights == null ? perRow : batch.Weights[first + row] * perRow;
            }
            for (var row = rows; row % V.Count != 0; row++)
                targets[row] = factors[row] = 0;
        }
    }

    private void Backward(in KernelBatch batch, int first, int rows, in Dropout dropout)
    {
        var from = _layers.Length - 1;
        if (_output is not null)
        {
            _output.AddGradient(_layers[from].Values, rows);
            _output.ErrorsBefore(_layers[from].Errors, rows);
        }
        for (var i = from; i >= 0; i--)
        {
            var layer = _layers[i];
            if (i < _shape.Layers - 1)
                HiddenPasses<V>.GoBack(
                    _shape.Activation, layer.Errors, layer.Values, layer.Slopes, rows, layer.Width, dropout,
                    layer.RowSums);
            layer.AddGradient(batch, first, i > 0 ? _layers[i - 1].Values : Inputs(batch, first), rows);
            if (i > 0)
                layer.ErrorsBefore(_layers[i - 1].Errors, rows);
        }
    }

    private static RowsAt Inputs(in KernelBatch batch, int first) =>
        new(batch.Features + first * batch.FeatureStride, batch.FeatureStride);
}
