using System.Numerics.Tensors;
using Alice.ML.Training.Data;
using Alice.ML.Training.Rules;
using Microsoft.ML.Data;

namespace Alice.ML.Training.Reading;

/// <summary>Stores the rows of a table as they are read: dense or sparse in memory, or in a file once the memory for
/// rows has no room for more.</summary>
internal sealed class RowStore
{
    // Two arrays and their places in the list.
    private const int SparseRowBytes = 80;

    // An index and a value, as they are read, and once more as networks read them, or in a dense table.
    private const int SparseValueBytes = 2 * (sizeof(int) + sizeof(float));

    // Initial capacity in values if the number of rows is not known: untouched memory costs next to nothing.
    private const int FirstValues = 1 << 24;

    private readonly string _name;
    private readonly int _columns;
    private readonly int _labelCount;
    private readonly RowMemory? _memory;
    private readonly List<SparseRow>? _sparse;
    private readonly bool[] _hasMissing;
    private float[] _features = [];
    private int _missingColumns;
    private long _sparseBytes;

    // Maximum number of rows in memory.
    private int _limit;

    // Writes rows that need too much memory to a file. Null: rows are in memory.
    private PanelWriter? _panel;

    /// <param name="name">Name of the feature column, for errors.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="labelCount">Labels of a row.</param>
    /// <param name="hasWeights">Whether rows have weights.</param>
    /// <param name="known">Number of rows. Null: not known.</param>
    /// <param name="memory">Limits the memory of the rows. Null: no limit.</param>
    /// <exception cref="IOException">The disk has no room for the rows.</exception>
    public RowStore(string name, int columns, int labelCount, bool hasWeights, long? known, RowMemory? memory)
    {
        (_name, _columns, _labelCount, _memory) = (name, columns, labelCount, memory);
        _hasMissing = new bool[columns];
        if (columns >= AutoRules.WideColumns)
            _sparse = [];
        (Labels, Weights) = ([], hasWeights ? [] : null);
        SetLimit();
        if (known > _limit && CanMove)
            _panel = memory!.CreateFile(columns, known);
        Allocate((int)Math.Min(known ?? Math.Max(1, FirstValues / columns), MostRows));
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; private set; }

    /// <summary>[rows, labels], perhaps with room for more.</summary>
    public float[] Labels { get; private set; }

    /// <summary>Weights of the rows, perhaps with room for more. Null: they have none.</summary>
    public float[]? Weights { get; private set; }

    /// <summary>Infinite values of each feature that has any.</summary>
    public SortedDictionary<int, int> Infinite { get; } = [];

    public bool IsInFile => _panel is not null;

    /// <summary>Memory that the fit needs for the rows, in bytes.</summary>
    public long Bytes => Rows * BytesOfRow + _sparseBytes;

    private int Others => _labelCount + (Weights is null ? 0 : 1);

    private long BytesOfRow => IsInFile || _sparse is not null || _memory is null
        ? sizeof(float) * (long)Others
        : _memory.BytesOfRow(_columns, _missingColumns, Others);

    private bool CanMove => _memory is not null && _panel is null && _sparse is null;

    // What arrays can hold.
    private int MostRows => _panel is null ? _limit : Array.MaxLength / _labelCount;

    /// <summary>Stores a row.</summary>
    /// <exception cref="InvalidOperationException">Sparse rows take more memory than the option allows, or there are
    /// more rows than an array can hold.</exception>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Add(in VBuffer<float> row, ReadOnlySpan<float> labels, float weight)
    {
        CountNotFinite(row);
        if (Rows >= _limit && CanMove)
            MoveToFile();
        if (Rows * _labelCount == Labels.Length)
            Grow();
        if (_panel is not null)
            row.CopyTo(_panel.Row(Rows % _panel.Rows));
        else if (_sparse is null)
            row.CopyTo(_features.AsSpan(Rows * _columns, _columns));
        else
            Add(NotZero(row));
        labels.CopyTo(Labels.AsSpan(Rows * _labelCount));
        if (Weights is not null)
            Weights[Rows] = weight;
        Rows++;
        if (_panel is not null && Rows % _panel.Rows == 0)
            WritePanel(_panel.Rows);
    }

    /// <summary>The features of all rows. No row can be added after that.</summary>
    public FeatureTable Table()
    {
        if (_panel is not null)
        {
            WritePanel(Rows % _panel.Rows);
            return _panel.Features();
        }
        if (_sparse is null)
            return new DenseFeatures(_features, _columns, _memory?.Limit);
        var size = (long)Rows * _columns;
        if (size > Array.MaxLength || _sparse.Sum(row => (long)row.Values.Length) < AutoRules.DenseShare * size)
            return new SparseFeatures(_sparse, _columns);

        var dense = new float[size];
        for (var r = 0; r < Rows; r++)
            for (var k = 0; k < _sparse[r].Indices.Length; k++)
                dense[r * _columns + _sparse[r].Indices[k]] = _sparse[r].Values[k];
        return new DenseFeatures(dense, _columns, _memory?.Limit);
    }

    private void SetLimit()
    {
        var most = Array.MaxLength / (_sparse is null ? Math.Max(_labelCount, _columns) : _labelCount);
        _limit = _sparse is not null || _memory is null ? most : (int)Math.Min(most, _memory.Limit.Left / BytesOfRow);
    }

    /// <summary>Writes the last panel of rows.</summary>
    private void WritePanel(int rows) => _panel!.Write(
        Labels.AsSpan((Rows - rows) * _labelCount, rows * _labelCount),
        Weights is null ? default : Weights.AsSpan(Rows - rows, rows), rows);

    /// <summary>Moves the rows so far from memory to a file.</summary>
    private void MoveToFile()
    {
        var (rows, features) = (Rows, _features);
        (_panel, _features) = (_memory!.CreateFile(_columns, null), []);
        for (Rows = 0; Rows < rows;)
        {
            features.AsSpan(Rows * _columns, _columns).CopyTo(_panel.Row(Rows % _panel.Rows));
            if (++Rows % _panel.Rows == 0)
                WritePanel(_panel.Rows);
        }
    }

    private void Add(SparseRow row)
    {
        _sparse!.Add(row);
        _sparseBytes += SparseRowBytes + SparseValueBytes * row.Values.Length;
        if (_sparseBytes > _memory?.Chosen)
            throw new InvalidOperationException(
                $"MaximumMemory is {_memory.Chosen:N0} bytes, which {Rows:N0} rows take. The feature column '{_name}' "
                + $"has {_columns:N0} values, and rows of {AutoRules.WideColumns:N0} values or more stay in memory: "
                + "raise MaximumMemory, or give fewer features (hash them into fewer slots).");
    }

    private void CountNotFinite(in VBuffer<float> row)
    {
        var values = row.GetValues();
        if (values.IsEmpty || TensorPrimitives.IsFiniteAll(values))
            return;
        for (var k = 0; k < values.Length; k++)
        {
            var column = row.IsDense ? k : row.GetIndices()[k];
            if (float.IsInfinity(values[k]))
                Infinite[column] = Infinite.GetValueOrDefault(column) + 1;
            else if (float.IsNaN(values[k]) && !_hasMissing[column])
            {
                _hasMissing[column] = true;
                _missingColumns++;
                SetLimit();
            }
        }
    }

    private static SparseRow NotZero(in VBuffer<float> row)
    {
        var values = row.GetValues();
        var indices = new List<int>();
        var kept = new List<float>();
        for (var k = 0; k < values.Length; k++)
            if (values[k] != 0)
            {
                indices.Add(row.IsDense ? k : row.GetIndices()[k]);
                kept.Add(values[k]);
            }
        return new SparseRow([.. indices], [.. kept]);
    }

    private void Grow()
    {
        // The arrays so far and the larger ones are in memory together.
        if (CanMove && (3L * Rows) * BytesOfRow > _memory!.Limit.Left)
            MoveToFile();
        if (Rows >= MostRows)
            throw new InvalidOperationException(
                $"The data has more than {MostRows:N0} rows of {_columns:N0} features, more than one buffer can hold.");
        Allocate((int)Math.Min(Math.Max(1, 2L * Rows), MostRows));
    }

    /// <summary>Makes room for a number of rows.</summary>
    private void Allocate(int capacity)
    {
        Labels = Grown(Labels, Rows * _labelCount, capacity * _labelCount);
        if (Weights is not null)
            Weights = Grown(Weights, Rows, capacity);
        if (_sparse is null && _panel is null)
            _features = Grown(_features, Rows * _columns, capacity * _columns);
    }

    // As Array.Resize, without clearing what will be overwritten.
    private static float[] Grown(float[] values, int used, int capacity)
    {
        var grown = GC.AllocateUninitializedArray<float>(capacity);
        values.AsSpan(0, used).CopyTo(grown);
        return grown;
    }
}
