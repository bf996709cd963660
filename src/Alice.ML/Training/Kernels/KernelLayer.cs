using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>A layer of a network: its part of the flat weights, and work memory for the outputs of some rows. Rows in
/// work memory are padded with zeros to whole vectors.</summary>
internal abstract unsafe class KernelLayer<V> where V : struct, IFloats<V>
{
    // Rows at a multiple of this distance share the same cache sets.
    private const int BadStride = 128;

    private readonly LayerPlace _place;
    private readonly float* _paddedBias;
    private float* _biasGradient;

    /// <param name="place">Size of the layer and its place in the weights.</param>
    /// <param name="rows">Maximum number of rows.</param>
    /// <param name="memory">The work memory.</param>
    protected KernelLayer(LayerPlace place, int rows, WorkMemory memory)
    {
        _place = place;
        Width = RoundUp(Outputs);
        var stride = Width % BadStride == 0 ? Width + V.Count : Width;
        Values = Rows(memory);
        Slopes = Rows(memory);
        Errors = Rows(memory);
        RowSums = memory.Allocate(Width);
        Zeros = memory.Allocate(Math.Max(Width, RoundUp(Inputs)));
        if (!IsWhole)
        {
            _paddedBias = memory.Allocate(Width);
            new Span<float>(_paddedBias + Outputs, Width - Outputs).Fill(place.PaddingBias);
        }

        RowsAt Rows(WorkMemory memory) => new(memory.Allocate((long)rows * stride), stride);
    }

    public int Inputs => _place.Inputs;

    public int Outputs => _place.Outputs;

    /// <summary>Number of outputs, rounded up to whole vectors.</summary>
    public int Width { get; }

    /// <summary>[rows, Width]: inputs of the next layer.</summary>
    public RowsAt Values { get; }

    /// <summary>[rows, Width]: derivatives of the activation. Unused for ReLU.</summary>
    public RowsAt Slopes { get; }

    /// <summary>[rows, Width]: gradients with respect to the sums.</summary>
    public RowsAt Errors { get; }

    /// <summary>[Width]: the sum of <see cref="Errors"/> over the rows.</summary>
    public float* RowSums { get; }

    /// <summary>Whether the rows of the flat weights need no padding.</summary>
    protected bool IsWhole => Width == Outputs;

    protected long WeightsAt => _place.WeightsAt;

    /// <summary>A row of zeros, long enough for inputs and outputs.</summary>
    protected float* Zeros { get; }

    protected float* Bias { get; private set; }

    /// <summary>Start of the weights in the flat gradient.</summary>
    protected float* Gradient { get; private set; }

    /// <summary>Whether the gradient is added to the contents of the flat gradient.</summary>
    protected bool AddsToFlat { get; private set; }

    /// <summary>Whether rows have already contributed to the gradient.</summary>
    protected bool IsStarted { get; private set; }

    /// <summary>Sets the weights for the next passes.</summary>
    public virtual void Load(float* weights)
    {
        Bias = weights + _place.BiasesAt;
        if (!IsWhole)
        {
            new ReadOnlySpan<float>(Bias, Outputs).CopyTo(new Span<float>(_paddedBias, Outputs));
            Bias = _paddedBias;
        }
    }

    /// <summary>Values = max(bias + inputs · weights, floor).</summary>
    /// <param name="batch">The batch, from which a first layer may read its inputs.</param>
    /// <param name="firstRow">Index of the first row in <paramref name="batch"/>.</param>
    /// <param name="inputs">[rows, Inputs].</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="floor">As in <see cref="Products{V}"/>.</param>
    public abstract void Forward(in KernelBatch batch, int firstRow, RowsAt inputs, int rows, float floor);

    /// <summary>Starts a gradient at the loaded weights.</summary>
    public virtual void StartGradient(float* gradient, bool adds)
    {
        Gradient = gradient + WeightsAt;
        _biasGradient = gradient + _place.BiasesAt;
        (AddsToFlat, IsStarted) = (adds, false);
    }

    /// <summary>Adds the contribution of rows. The arguments are those of the forward pass.</summary>
    public void AddGradient(in KernelBatch batch, int firstRow, RowsAt inputs, int rows)
    {
        Packing<V>.Unpad(RowSums, Width, 1, Outputs, _biasGradient, AddsToFlat || IsStarted);
        AddProducts(batch, firstRow, inputs, rows);
        IsStarted = true;
    }

    /// <summary>Adds inputsᵀ · errors to the gradient of the weights.</summary>
    protected abstract void AddProducts(in KernelBatch batch, int firstRow, RowsAt inputs, int rows);

    /// <summary>Completes the gradient.</summary>
    public virtual void FinishGradient()
    {
    }

    /// <summary>Gradients with respect to the inputs: errors · weightsᵀ.</summary>
    public virtual void ErrorsBefore(RowsAt before, int rows) =>
        throw new NotSupportedException("Nothing comes before a first layer.");

    /// <summary>A number of columns, rounded up to whole vectors.</summary>
    protected static int RoundUp(int columns) => (columns + V.Count - 1) / V.Count * V.Count;
}
