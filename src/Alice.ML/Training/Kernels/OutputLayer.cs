using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>A last layer with few outputs after a hidden layer: one dot product per output. Outputs and their gradients
/// are stored as [outputs, rows], so that losses are computed for vectors of rows.</summary>
internal sealed unsafe class OutputLayer<V> where V : struct, IFloats<V>
{
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly int _width;
    private readonly int _stride;
    private readonly long _weightsAt;
    private readonly float* _transposed;
    private readonly float* _zeros;
    private readonly RowsAt _gradient;
    private float* _bias;
    private float* _flat;
    private bool _adds;
    private bool _isStarted;

    public OutputLayer(int inputs, int outputs, long offset, int rows, WorkMemory memory)
    {
        (_inputs, _outputs, _weightsAt) = (inputs, outputs, offset);
        _width = (inputs + V.Count - 1) / V.Count * V.Count;
        _stride = (rows + V.Count - 1) / V.Count * V.Count;
        _transposed = memory.Allocate((long)outputs * _width);
        _gradient = new RowsAt(memory.Allocate((long)outputs * _width), _width);
        _zeros = memory.Allocate(_width);
        Values = new RowsAt(memory.Allocate((long)outputs * _stride), _stride);
    }

    /// <summary>[outputs, rows]: outputs, then their gradients. Zero beyond the last row, up to a whole
    /// vector.</summary>
    public RowsAt Values { get; }

    public void Load(float* weights)
    {
        var flat = weights + _weightsAt;
        for (var output = 0; output < _outputs; output++)
            for (var input = 0; input < _inputs; input++)
                _transposed[output * _width + input] = flat[input * _outputs + output];
        _bias = flat + (long)_inputs * _outputs;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(RowsAt inputs, int rows)
    {
        for (var output = 0; output < _outputs; output++)
        {
            float* weight = _transposed + output * _width, values = Values[output];
            for (var row = 0; row < rows; row++)
            {
                var input = inputs[row];
                var sum = V.All(0);
                for (nint i = 0; i < _width; i += V.Count)
                    sum = V.MultiplyAdd(V.Load(input + i), V.Load(weight + i), sum);
                values[row] = _bias[output] + sum.Sum();
            }
            for (var row = rows; row % V.Count != 0; row++)
                values[row] = 0;
        }
    }

    public void StartGradient(float* gradient, bool adds)
    {
        _flat = gradient + _weightsAt;
        (_adds, _isStarted) = (adds, false);
    }

    /// <summary>Adds the contribution of rows to the gradient.</summary>
    public void AddGradient(RowsAt inputs, int rows)
    {
        Products<V>.Multiply(
            new LeftFactor(Values.At, _stride, 1), Packing<V>.InPlace(inputs.At, (int)inputs.Stride),
            _isStarted ? _gradient : new RowsAt(_zeros, 0), _gradient, _outputs, rows, _width);
        var biases = _flat + (long)_inputs * _outputs;
        for (var output = 0; output < _outputs; output++)
        {
            var sum = V.All(0);
            for (nint row = 0; row < rows; row += V.Count)
                sum += V.Load(Values[output] + row);
            biases[output] = sum.Sum() + (_adds || _isStarted ? biases[output] : 0);
        }
        _isStarted = true;
    }

    /// <summary>Completes the gradient.</summary>
    public void FinishGradient()
    {
        for (var output = 0; output < _outputs; output++)
            for (var input = 0; input < _inputs; input++)
            {
                ref var to = ref _flat[input * _outputs + output];
                to = _gradient[output][input] + (_adds ? to : 0);
            }
    }

    /// <summary>Gradients with respect to the inputs.</summary>
    public void ErrorsBefore(RowsAt before, int rows) =>
        Products<V>.Multiply(
            new LeftFactor(Values.At, 1, _stride), Packing<V>.InPlace(_transposed, _width), new RowsAt(_zeros, 0),
            before, rows, _outputs,
            _width);
}
