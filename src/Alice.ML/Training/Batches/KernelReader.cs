using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;

namespace Alice.ML.Training.Batches;

/// <summary>Gathers minibatches into its own memory, and provides work memory for networks on one thread. Nothing is
/// allocated after the first step.</summary>
internal sealed unsafe class KernelReader : BatchReader
{
    private readonly KernelBatches _source;
    private readonly InputEncoding _inputs;
    private readonly WorkMemory _memory = new();
    private readonly ColumnSplit _split;
    private readonly WindowReader? _window;
    private readonly int _columns;
    private readonly float* _features;
    private readonly float* _scores;
    private readonly int* _bins;
    private readonly float* _shares;
    private readonly int* _numbers;
    private readonly float* _targets;
    private readonly float* _weights;
    private readonly List<(NetworkShape Shape, NetworkKernel Kernel)> _kernels = [];
    private readonly List<(NetworkShape Shape, KernelWork Work)> _work = [];
    private int _rows;
    private (int Rows, int Before) _whole;

    /// <param name="source">The rows.</param>
    /// <param name="inputs">Encoding of the inputs of the networks.</param>
    /// <param name="parts">Number of parts in which a minibatch is evaluated.</param>
    public KernelReader(KernelBatches source, InputEncoding inputs, int parts)
    {
        (_source, _inputs, Parts) = (source, inputs, parts);
        var most = source.MostRows;
        _targets = _memory.Allocate((long)most * source.LabelCount);
        if (source.Weights is not null)
            _weights = _memory.Allocate(most);
        _split = source.Split(inputs);
        if (source.File is not null)
            _window = new WindowReader(source.File, source.Blocks!);
        if (_split.Sparse is not null || _window is not null)
            _numbers = (int*)_memory.Allocate(most);
        _columns = _split.Numbers.Length;
        _features = _memory.Allocate((long)most * _columns);
        if (inputs.Scores is not null)
            _scores = _memory.Allocate((long)most * _columns);
        if (inputs.Bins is null)
            return;
        _bins = (int*)_memory.Allocate((long)most * _columns);
        _shares = _memory.Allocate((long)most * _columns);
    }

    /// <summary>The ranks that share each minibatch. Null: there are none.</summary>
    public Peers? Peers => _source.Peers;

    /// <summary>Number of parts of a minibatch.</summary>
    public int Parts { get; }

    /// <summary>The evaluator for networks of this shape.</summary>
    public NetworkKernel Kernel(NetworkShape shape, Objective objective)
    {
        foreach (var (known, kernel) in _kernels)
            if (ReferenceEquals(known, shape))
                return kernel;
        var made = NetworkKernel.Create(
            shape, objective.Kernel, new FirstLayerInputs(_inputs.Bins, _split.Sparse is null ? null : _split.Numbers));
        _kernels.Add((shape, made));
        return made;
    }

    /// <summary>Work memory for steps of networks of this shape.</summary>
    public KernelWork Work(NetworkShape shape, Objective objective)
    {
        foreach (var (known, work) in _work)
            if (ReferenceEquals(known, shape))
                return work;
        var made = new KernelWork(shape, Kernel(shape, objective));
        _work.Add((shape, made));
        return made;
    }

    public override void Read(int index)
    {
        var (from, rows) = _source.Range(index);
        var order = _window is null ? _source.Order.Slice(from, rows) : new(_numbers, rows);
        _window?.Read(from, rows, _numbers, _features);
        _rows = rows;
        _whole = _source.Whole(index);
        var labels = _source.LabelCount;
        for (var i = 0; i < rows; i++)
            for (var label = 0; label < labels; label++)
                _targets[(nint)i * labels + label] = _source.Targets[order[i] * labels + label];
        for (var i = 0; i < rows && _weights != null; i++)
            _weights[i] = (float)(_source.Weights![order[i]] * _source.WeightScale);
        if (_split.Sparse is not null)
            order.CopyTo(new Span<int>(_numbers, rows));
        if (_columns > 0 && _window is null)
            fixed (float* values = _source.Dense!.Values)
                RowGather.Copy(values, _source.Dense.Columns, order, _features, _split.Numbers);
        if (_scores != null)
            _inputs.Scores!.Apply(new(_features, rows * _columns), new(_scores, rows * _columns), _split.Numbers);
        if (_bins != null)
            BinnedBatch.Locate(_inputs.Bins!, _split.Numbers, _features, rows, _bins, _shares);
    }

    /// <summary>One part of the minibatch. It is valid until the next one is read.</summary>
    public KernelBatch Part(int part, ulong dropoutKey = 0)
    {
        var first = BatchSource.Start(part, Parts, _rows);
        var at = (nint)first * _columns;
        return new KernelBatch
        {
            Features = (_scores != null ? _scores : _features) + at,
            FeatureStride = _columns,
            Binned = new BinnedBatch(_features + at, _bins + at, _shares + at),
            Sparse = _split.Sparse,
            SparseRows = _numbers + first,
            Targets = _targets + (nint)first * _source.LabelCount,
            Weights = _weights == null ? null : _weights + first,
            Rows = BatchSource.Start(part + 1, Parts, _rows) - first,
            WholeRows = _whole.Rows,
            FirstRow = _whole.Before + first,
            DropoutKey = dropoutKey,
        };
    }
}
