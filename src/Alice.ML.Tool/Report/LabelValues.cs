using System.Globalization;
using Alice.ML.Tool.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Report;

/// <summary>Reads labels of any type as numbers.</summary>
internal static class LabelValues
{
    /// <summary>The labels: numbers, NaN if missing; or class indices from 0, −1 for a class unknown to the
    /// model.</summary>
    public static float[] Read(IDataView data, DataViewSchema.Column label, TaskKind kind)
    {
        var values = RowsInMemory.Read(data, null, label.Name).Column(0);
        return [.. values.Cast<object>().Select(value => kind switch
        {
            TaskKind.Multiclass when label.Type is KeyDataViewType =>
                Convert.ToSingle(value, CultureInfo.InvariantCulture) - 1,
            _ when value is bool positive => positive ? 1 : 0,
            _ when value is float or double or int or uint or byte => Convert.ToSingle(value,
                CultureInfo.InvariantCulture),
            _ => throw new ArgumentException(
                $"The label column '{label.Name}' is {label.Type}, which the model does not predict."),
        })];
    }

    /// <summary>Names of the classes. Empty for regression.</summary>
    public static IReadOnlyList<string> Classes(TaskKind kind, DataViewSchema.Column label, int outputs)
    {
        if (kind == TaskKind.Regression)
            return [];
        if (kind == TaskKind.Binary)
            return ["false", "true"];
        var names = Categories.Names(label);
        return names.Count == outputs ? names : [.. Enumerable.Range(0, outputs).Select(i => $"class {i}")];
    }
}
