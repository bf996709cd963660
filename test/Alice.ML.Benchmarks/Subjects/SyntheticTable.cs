using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>A row of a table.</summary>
internal sealed class TableRow
{
    public float Label { get; set; }

    public float[] Features { get; set; } = [];
}

/// <summary>What a regression model says of a row.</summary>
internal sealed class Prediction
{
    public float Score { get; set; }
}

/// <summary>A table that takes next to no memory and no time to enumerate: some random rows again and again. y = Σ|xᵢ|,
/// x uniform in ±1.
/// </summary>
/// <param name="rows">Number of rows.</param>
/// <param name="columns">Number of features.</param>
internal sealed class SyntheticTable(int rows, int columns) : ICollection<TableRow>
{
    private const int Period = 1009;
    private readonly TableRow[] _rows = Random(Math.Min(rows, Period), columns);

    public int Count => rows;

    public bool IsReadOnly => true;

    /// <summary>The table for ML.NET, which knows how many rows it has.</summary>
    public IDataView View(MLContext ml) => ml.Data.LoadFromEnumerable(this, Schema(columns));

    /// <summary>The same as a stream of unknown length.</summary>
    public IDataView Stream(MLContext ml) => ml.Data.LoadFromEnumerable(this.Select(row => row), Schema(columns));

    /// <summary>All values: row-major features, and labels.</summary>
    public (float[] Features, float[] Labels) ToArrays()
    {
        var features = new float[rows * columns];
        var labels = new float[rows];
        var row = 0;
        foreach (var values in this)
        {
            values.Features.CopyTo(features, row * columns);
            labels[row++] = values.Label;
        }
        return (features, labels);
    }

    public static SchemaDefinition Schema(int columns)
    {
        var schema = SchemaDefinition.Create(typeof(TableRow));
        schema[nameof(TableRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        return schema;
    }

    public IEnumerator<TableRow> GetEnumerator()
    {
        for (var row = 0; row < rows; row++)
            yield return _rows[row % Period];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    void ICollection<TableRow>.Add(TableRow item) => throw new NotSupportedException();

    void ICollection<TableRow>.Clear() => throw new NotSupportedException();

    bool ICollection<TableRow>.Contains(TableRow item) => throw new NotSupportedException();

    void ICollection<TableRow>.CopyTo(TableRow[] array, int arrayIndex) => throw new NotSupportedException();

    bool ICollection<TableRow>.Remove(TableRow item) => throw new NotSupportedException();

    private static TableRow[] Random(int rows, int columns)
    {
        var random = new Random(1);
        var table = new TableRow[rows];
        for (var row = 0; row < rows; row++)
        {
            var features = Enumerable.Range(0, columns).Select(_ => random.NextSingle() * 2 - 1).ToArray();
            table[row] = new TableRow { Features = features, Label = features.Sum(MathF.Abs) };
        }
        return table;
    }
}
