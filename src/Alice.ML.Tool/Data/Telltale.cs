using Microsoft.ML.Data;

namespace Alice.ML.Tool.Data;

/// <summary>Columns that tell the label by themselves: most often they are known only when it is.</summary>
internal static class Telltale
{
    /// <summary>Of the errors of a constant prediction, such a column leaves at most this share for classes.</summary>
    public const double ClassErrorsLeft = 0.01;

    /// <summary>The same for numbers, of the variance.</summary>
    public const double VarianceLeft = 1e-4;

    /// <summary>A value has at least so many rows on average: values of single rows tell nothing.</summary>
    public const int RowsPerValue = 10;

    /// <summary>Notes of each such column among the training rows.</summary>
    public static void Note(TableSchema schema, TableView rows, float[] labels, Action<string> note)
    {
        foreach (var column in schema.Features)
        {
            var isNumber = column.Kind == ColumnKind.Number;
            if (schema.Target.Task != TaskKind.Regression
                ? !TellsClass(isNumber ? Values<float>(rows, column).Select(value => value.ToString("R"))
                    : Values<ReadOnlyMemory<char>>(rows, column).Select(text => text.ToString()), labels)
                : !isNumber || !TellsNumber([.. Values<float>(rows, column)], labels))
                continue;
            note($"column '{column.Name}' tells {schema.Label.Name} almost by itself: leave it out "
                + $"(--ignore '{column.Name}') if it is not known before {schema.Label.Name} is");
        }
    }

    private static bool TellsClass(IEnumerable<string> values, float[] labels)
    {
        var groups = values.Zip(labels).GroupBy(row => row.First, row => row.Second).ToArray();
        var constant = Wrong(labels);
        return constant > 0 && groups.Length * RowsPerValue <= labels.Length
            && groups.Sum(Wrong) <= ClassErrorsLeft * constant;

        static int Wrong(IEnumerable<float> labels)
        {
            var counts = labels.CountBy(label => label).Select(count => count.Value).ToArray();
            return counts.Sum() - counts.Max();
        }
    }

    private static bool TellsNumber(float[] values, float[] labels)
    {
        var (meanValue, meanLabel) = (values.Average(v => (double)v), labels.Average(l => (double)l));
        var (products, squares, variance) = (0.0, 0.0, 0.0);
        for (var i = 0; i < labels.Length; i++)
        {
            var (value, label) = (values[i] - meanValue, labels[i] - meanLabel);
            products += value * label;
            squares += value * value;
            variance += label * label;
        }
        // A missing value makes it NaN, and no.
        return labels.Length >= RowsPerValue && products * products >= (1 - VarianceLeft) * squares * variance
            && squares > 0 && variance > 0;
    }

    private static IEnumerable<T> Values<T>(TableView rows, ColumnSchema column) =>
        rows.GetColumn<T>(rows.Schema[column.Name]);
}
