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

/// <summary>
/// A table whose rows are made as they are read, so that it takes no memory: y = Σ|xᵢ|, x uniform in ±1. One row object serves
/// all rows.
/// </summary>
/// <param name="rows">Number of rows.</param>
/// <param name="columns">Number of features.</param>
internal sealed class SyntheticTable(int rows, int columns) : ICollection<TableRow>
{
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
        var random = new Random(1);
        var row = new TableRow { Features = new float[columns] };
        for (var r = 0; r < rows; r++)
        {
            row.Label = 0;
            foreach (ref var value in row.Features.AsSpan())
            {
                value = random.NextSingle() * 2 - 1;
                row.Label += MathF.Abs(value);
            }
            yield return row;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    void ICollection<TableRow>.Add(TableRow item) => throw new NotSupportedException();

    void ICollection<TableRow>.Clear() => throw new NotSupportedException();

    bool ICollection<TableRow>.Contains(TableRow item) => throw new NotSupportedException();

    void ICollection<TableRow>.CopyTo(TableRow[] array, int arrayIndex) => throw new NotSupportedException();

    bool ICollection<TableRow>.Remove(TableRow item) => throw new NotSupportedException();
}
