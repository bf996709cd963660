using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>Constants of a step that differ between networks, as vectors [networks, 1] on the device. They are sent in
/// one small copy, and only if they have changed.</summary>
internal sealed unsafe class StackConstants : IDisposable
{
    private const int Columns = 15;
    private const int KeyColumns = 4;
    private const long DirectionsKey = 2;
    private const long MasksKey = 1;

    private readonly double[] _values;
    private readonly double[] _loaded;
    private readonly int[] _keys;
    private readonly Tensor _constants;
    private readonly Tensor _keysOnDevice;
    private readonly Tensor[] _columns;

    public StackConstants(int networks, ScalarType type, Device device)
    {
        (_values, _loaded, _keys) =
            (new double[networks * Columns], new double[networks * Columns], new int[networks * KeyColumns]);
        _constants = zeros([networks, Columns], type, device).DetachFromDisposeScope();
        _keysOnDevice = zeros([networks, KeyColumns], ScalarType.Int32, device).DetachFromDisposeScope();
        _columns = [.. Enumerable.Range(0, Columns).Select(c => View(_constants, c, 1))];
        CurvatureWeights = View(_constants, 3, 4).view(networks, 2, 2).DetachFromDisposeScope();
        Keys = [.. Enumerable.Range(0, KeyColumns).Select(c => View(_keysOnDevice, c, 1))];

        static Tensor View(Tensor all, int from, int columns) =>
            all.narrow(1, from, columns).DetachFromDisposeScope();
    }

    /// <summary>1 − β₁′.</summary>
    public Tensor GradientWeight => _columns[0];

    /// <summary>1 − β₂′.</summary>
    public Tensor SecondMomentWeight => _columns[1];

    /// <summary>1 − β₃′, 0 for networks that do not sample.</summary>
    public Tensor CurvatureWeight => _columns[2];

    /// <summary>[networks, 2, 2]: maps G₊ − G₀ and G₋ − G₀ to the root of the glass density and the slope of the
    /// gradient.</summary>
    public Tensor CurvatureWeights { get; }

    /// <summary>σ.</summary>
    public Tensor Radius => _columns[7];

    /// <summary>Factor on the root of the glass density that turns G₀ into the mean of three gradients.</summary>
    public Tensor MeanOfThree => _columns[8];

    /// <summary>Lower bound of a step, in units of the gradient's size, times the scale of h; 0 for networks that do
    /// not move.</summary>
    public Tensor Lower => _columns[9];

    /// <summary>Upper bound of a step, in the same units.</summary>
    public Tensor Upper => _columns[10];

    /// <summary>Factor of weight decay on the weights.</summary>
    public Tensor Kept => _columns[11];

    /// <summary>Weight of the weights after the step in their mean.</summary>
    public Tensor MeanWeight => _columns[12];

    /// <summary>1 for networks that take a step, else 0.</summary>
    public Tensor IsActive => _columns[13];

    /// <summary>1 for networks that sample, else 0.</summary>
    public Tensor IsSample => _columns[14];

    /// <summary>32-bit keys: factor and summand for directions, factor and summand for dropout masks.</summary>
    public Tensor[] Keys { get; }

    /// <summary>Loads a step. Networks without a step do not change.</summary>
    /// <param name="steps">The step of each network.</param>
    /// <param name="needsKeys">Whether random numbers are drawn on the device.</param>
    public void Load(ReadOnlySpan<StackStep?> steps, bool needsKeys)
    {
        for (var n = 0; n < steps.Length; n++)
        {
            var row = _values.AsSpan(n * Columns, Columns);
            row.Clear();
            if (steps[n] is { } step)
                Write(step, row);
            else
                (row[7], row[11]) = (1, 1); // it is evaluated all the same
        }
        if (!_values.AsSpan().SequenceEqual(_loaded))
        {
            Copy(_constants, staging =>
            {
                if (staging.dtype == ScalarType.Float32)
                    for (var i = 0; i < _values.Length; i++)
                        VectorLoop.Pointer<float>(staging, _values.Length)[i] = (float)_values[i];
                else
                    _values.CopyTo(VectorLoop.Span<double>(staging, _values.Length));
            });
            _values.CopyTo(_loaded, 0);
        }
        if (!needsKeys)
            return;
        for (var n = 0; n < steps.Length; n++)
            if (steps[n] is { } step)
                for (var k = 0; k < KeyColumns; k += 2)
                {
                    var bits = AliceDirections.Key(step.Key, k == 0 ? DirectionsKey : MasksKey);
                    (_keys[n * KeyColumns + k], _keys[n * KeyColumns + k + 1]) = ((int)bits | 1, (int)(bits >> 32));
                }
        Copy(_keysOnDevice, staging => _keys.CopyTo(VectorLoop.Span<int>(staging, _keys.Length)));
    }

    public void Dispose()
    {
        foreach (var view in _columns.Concat(Keys).Append(CurvatureWeights))
            view.Dispose();
        _constants.Dispose();
        _keysOnDevice.Dispose();
    }

    private void Write(in StackStep planned, Span<double> row)
    {
        var step = planned.Step;
        row[0] = Weight(step.GradientMemory);
        row[1] = Weight(step.SecondMomentMemory);
        row[2] = step.IsSample ? Weight(step.CurvatureMemory) : 0;
        var root = Math.Sqrt(2 / step.PerturbationRadius);
        (row[3], row[4]) = (root / 2, root / 2);
        (row[5], row[6]) = (0.5 / step.PerturbationRadius, -0.5 / step.PerturbationRadius);
        row[7] = step.PerturbationRadius;
        row[8] = step.AveragesGradients ? 2 / (3 * root) : 0;
        (row[9], row[10]) = step.Moves
            ? (step.LowerBound * step.HessianScale, step.UpperBound * step.HessianScale) : (0, 0);
        row[11] = step.Moves ? planned.Kept : 1;
        row[12] = planned.MeanWeight;
        row[13] = 1;
        row[14] = step.IsSample ? 1 : 0;
    }

    /// <summary>1 − decay rate, rounded as in the vector kernels.</summary>
    private double Weight(double memory) => 1 - (_constants.dtype == ScalarType.Float32 ? (float)memory : memory);

    /// <summary>Copies from page-locked memory, so that the host does not wait. libtorch keeps the memory until the
    /// copy is done.</summary>
    private static void Copy(Tensor destination, Action<Tensor> write)
    {
        using var pageable = empty(destination.shape, destination.dtype);
        using var pinned = destination.device_type == DeviceType.CUDA ? pageable.pin_memory() : null;
        write(pinned ?? pageable);
        destination.copy_(pinned ?? pageable, nonBlocking: true);
    }
}
