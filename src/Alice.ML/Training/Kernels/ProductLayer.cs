using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>A layer of matrix products: any but a first one whose inputs are bins or mostly zeros.</summary>
internal sealed unsafe class ProductLayer<V> : KernelLayer<V> where V : struct, IFloats<V>
{
    // Rows of weights up to this length are as good as panels.
    private const int LongestRowInPlace = 64;

    private readonly float* _packed;
    private readonly float* _transposed;
    private readonly float* _paddedGradient;
    private float* _weights;

    /// <param name="place">Size of the layer and its place in the weights.</param>
    /// <param name="rows">Rows that there is room for.</param>
    /// <param name="memory">Gives the work memory.</param>
    /// <param name="isFirst">Whether no layer is before it, to which errors would go back.</param>
    public ProductLayer(LayerPlace place, int rows, WorkMemory memory, bool isFirst)
        : base(place, rows, memory)
    {
        if (!isFirst)
            _transposed = memory.Allocate(Packing<V>.Size(Outputs, Inputs));
        if (!IsWhole || Outputs > LongestRowInPlace)
            _packed = memory.Allocate(Packing<V>.Size(Inputs, Outputs));
        if (!IsWhole)
            _paddedGradient = memory.Allocate((long)Inputs * Width);
    }

    public override void Load(float* weights)
    {
        base.Load(weights);
        _weights = weights + WeightsAt;
        if (_packed != null)
            Packing<V>.Pack(_weights, Inputs, Outputs, _packed);
    }

    public override void Forward(in KernelBatch batch, int firstRow, RowsAt inputs, int rows, float floor)
    {
        var weights = _packed != null ? Packing<V>.Packed(_packed, Inputs) : Packing<V>.InPlace(_weights, Outputs);
        Products<V>.Multiply(
            new LeftFactor(inputs.At, inputs.Stride, 1), weights, new RowsAt(Bias, 0), Values, rows, Inputs, Width,
            floor);
    }

    public override void StartGradient(float* gradient, bool adds)
    {
        base.StartGradient(gradient, adds);
        if (_transposed != null)
            Packing<V>.PackTransposed(_weights, Inputs, Outputs, _transposed);
    }

    public override void FinishGradient()
    {
        if (!IsWhole)
            Packing<V>.Unpad(_paddedGradient, Width, Inputs, Outputs, Gradient, AddsToFlat);
    }

    public override void ErrorsBefore(RowsAt before, int rows) =>
        Products<V>.Multiply(
            new LeftFactor(Errors.At, Errors.Stride, 1), Packing<V>.Packed(_transposed, Outputs), new RowsAt(Zeros, 0),
            before, rows, Outputs,
            RoundUp(Inputs));

    protected override void AddProducts(in KernelBatch batch, int firstRow, RowsAt inputs, int rows)
    {
        var gradient = new RowsAt(IsWhole ? Gradient : _paddedGradient, Width);
        var adds = IsStarted || IsWhole && AddsToFlat;
        Products<V>.Multiply(
            new LeftFactor(inputs.At, 1, inputs.Stride), Packing<V>.InPlace(Errors.At, (int)Errors.Stride),
            adds ? gradient : new RowsAt(Zeros, 0), gradient, Inputs, rows, Width);
    }
}
