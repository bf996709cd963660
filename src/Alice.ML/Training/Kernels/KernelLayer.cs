using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>A layer of a network: its place in the flat weights, and work memory for some rows of outputs. Rows in work
/// memory are filled up with zeros to whole vectors.
/// </summary>
internal abstract unsafe class KernelLayer<V> where V : struct, IFloats<V>
{
    // Rows a multiple of this apart compete for the same places of the cache.
    private const int BadStride = 128;

    private readonly LayerPlace _place;
    private readonly float* _paddedBias;
    private float* _biasGradient;

    /// <param name="place">Size of the layer and its place in the weights.</param>
    /// <param name="rows">Rows that there is room for.</param>
    /// <param name="memory">Gives the work memory.</param>
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

    /// <summary>The outputs, rounded up to whole vectors.</summary>
    public int Width { get; }

    /// <summary>[rows, Width]: what the next layer is given.</summary>
    public RowsAt Values { get; }

    /// <summary>[rows, Width]: the derivatives of the activation, unless it is ReLU.</summary>
    public RowsAt Slopes { get; }

    /// <summary>[rows, Width]: gradients with respect to the sums.</summary>
    public RowsAt Errors { get; }

    /// <summary>[Width]: the sum of <see cref="Errors"/> over the rows.</summary>
    public float* RowSums { get; }

    /// <summary>Whether the rows of the flat weights are whole vectors.</summary>
    protected bool IsWhole => Width == Outputs;

    protected long WeightsAt => _place.WeightsAt;

    /// <summary>A row of zeros, as long as inputs or outputs.</summary>
    protected float* Zeros { get; }

    protected float* Bias { get; private set; }

    /// <summary>Where the flat gradient of the weights begins.</summary>
    protected float* Gradient { get; private set; }

    /// <summary>Whether the gradient is added to what the flat one held before.</summary>
    protected bool AddsToFlat { get; private set; }

    /// <summary>Whether some rows have contributed to the gradient.</summary>
    protected bool IsStarted { get; private set; }

    /// <summary>Takes the weights of the next passes.</summary>
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
    /// <param name="batch">Where the first layer finds its inputs, if they are no <paramref name="inputs"/>.</param>
    /// <param name="firstRow">The row of <paramref name="batch"/> to start from.</param>
    /// <param name="inputs">[rows, Inputs].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="floor">As in <see cref="Products{V}"/>.</param>
    public abstract void Forward(in KernelBatch batch, int firstRow, RowsAt inputs, int rows, float floor);

    /// <summary>Begins a gradient at the parameters that were loaded.</summary>
    public virtual void StartGradient(float* gradient, bool adds)
    {
        Gradient = gradient + WeightsAt;
        _biasGradient = gradient + _place.BiasesAt;
        (AddsToFlat, IsStarted) = (adds, false);
    }

    /// <summary>Adds what rows contribute; the arguments are those of the forward pass.</summary>
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
