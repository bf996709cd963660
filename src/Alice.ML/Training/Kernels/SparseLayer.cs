using System.Runtime.InteropServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>A first layer of sparse columns, and perhaps of numbers between them, which are products as in any other
/// layer.</summary>
internal sealed unsafe class SparseLayer<V> : KernelLayer<V> where V : struct, IFloats<V>
{
    private readonly int[] _numbers;

    // Of sparse columns, what all rows share.
    private readonly float* _shared;

    // Of the numbers.
    private readonly float* _packed;
    private readonly RowsAt _gradient;
    private RowsAt _weights;

    /// <param name="place">Size of the layer, whose inputs are the columns, and its place in the weights.</param>
    /// <param name="numbers">The columns that are numbers, ascending.</param>
    /// <param name="rows">Rows that there is room for.</param>
    /// <param name="memory">Gives the work memory.</param>
    public SparseLayer(LayerPlace place, int[] numbers, int rows, WorkMemory memory)
        : base(place, rows, memory)
    {
        _numbers = numbers;
        _shared = memory.Allocate(Width);
        if (numbers.Length == 0)
            return;
        _packed = memory.Allocate(Packing<V>.Size(numbers.Length, Outputs));
        _gradient = new RowsAt(memory.Allocate((long)numbers.Length * Width), Width);
    }

    public override void Load(float* weights)
    {
        base.Load(weights);
        _weights = new RowsAt(weights, Outputs);
        if (_packed != null)
            Packing<V>.Pack(weights, _numbers, Outputs, _packed);
    }

    public override void Forward(in KernelBatch batch, int firstRow, RowsAt inputs, int rows, float floor)
    {
        var table = batch.Sparse!;
        if (firstRow == 0)
            SparseProducts<V>.AddUsual(table, _weights, Bias, _shared, Outputs, Width);
        SparseProducts<V>.Gather(
            table, batch.SparseRows + firstRow, rows, _weights, _shared, Values, Outputs, Width, _packed == null
            ? floor : float.NegativeInfinity);
        if (_packed != null)
            Products<V>.Multiply(
                new LeftFactor(inputs.At, inputs.Stride, 1), Packing<V>.Packed(_packed, _numbers.Length), Values,
                Values, rows, _numbers.Length,
                Width, floor);
    }

    public override void FinishGradient()
    {
        for (var k = 0; k < _numbers.Length; k++)
            Packing<V>.Unpad(_gradient[k], Width, 1, Outputs, Gradient + (nint)_numbers[k] * Outputs, adds: true);
    }

    protected override void AddProducts(in KernelBatch batch, int firstRow, RowsAt inputs, int rows)
    {
        if (!IsStarted && !AddsToFlat)
            NativeMemory.Clear(Gradient, (nuint)((long)Inputs * Outputs * sizeof(float)));
        SparseProducts<V>.Scatter(
            batch.Sparse!, batch.SparseRows + firstRow, rows, Errors, RowSums, new RowsAt(Gradient, Outputs), Outputs);
        if (_packed != null)
            Products<V>.Multiply(
                new LeftFactor(inputs.At, 1, inputs.Stride), Packing<V>.InPlace(Errors.At, (int)Errors.Stride),
                IsStarted ? _gradient : new RowsAt(Zeros, 0), _gradient, _numbers.Length, rows, Width);
    }
}
