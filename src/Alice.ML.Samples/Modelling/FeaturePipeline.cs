using Alice.ML.Samples.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Alice.ML.Samples.Modelling;

/// <summary>
/// From a file's columns to one vector of features: numbers as they are, missing ones replaced by their column's mean
/// with a 0/1 feature beside it that says so (where the training rows lack any); texts one-hot encoded, all zero when
/// missing or unknown.
/// </summary>
internal static class FeaturePipeline
{
    /// <summary>The transforms, unfitted, and the name of the vector column that they end in.</summary>
    public static (EstimatorChain<ITransformer> Transforms, string Features) Create(MLContext ml, TableSchema schema)
    {
        var taken = schema.Columns.Select(c => c.Name).ToHashSet();
        var transforms = new EstimatorChain<ITransformer>();
        var (inputs, numbers, indicators) = (new List<string>(), new List<InputOutputColumnPair>(), new List<InputOutputColumnPair>());
        foreach (var column in schema.Features)
        {
            inputs.Add(column.Name);
            if (column.Kind == ColumnKind.Text)
            {
                transforms = transforms.Append<ITransformer>(ml.Transforms.Categorical.OneHotEncoding(
                    column.Name, keyData: Categories(ml, column)));
                continue;
            }
            numbers.Add(new InputOutputColumnPair(column.Name));
            if (column.HasMissing)
            {
                inputs.Add(Unused($"{column.Name} is missing", taken));
                indicators.Add(new InputOutputColumnPair(inputs[^1], column.Name));
            }
        }
        // One transform for all columns: each transform costs time for every column of the table.
        if (indicators.Count > 0)
        {
            transforms = transforms.Append<ITransformer>(ml.Transforms.IndicateMissingValues([.. indicators]))
                .Append<ITransformer>(ml.Transforms.Conversion.ConvertType(
                    [.. indicators.Select(i => new InputOutputColumnPair(i.OutputColumnName))]));
        }
        if (numbers.Count > 0)
        {
            transforms = transforms.Append<ITransformer>(ml.Transforms.ReplaceMissingValues(
                [.. numbers], MissingValueReplacingEstimator.ReplacementMode.Mean));
        }
        var features = Unused("Features", taken);
        return (transforms.Append<ITransformer>(ml.Transforms.Concatenate(features, [.. inputs])), features);
    }

    private static IDataView Categories(MLContext ml, ColumnSchema column) =>
        ml.Data.LoadFromEnumerable(column.Categories.Select(c => new Category { Value = c }));

    /// <summary>The name, with underscores where a column has it already.</summary>
    private static string Unused(string name, HashSet<string> taken)
    {
        while (!taken.Add(name))
            name += "_";
        return name;
    }

    private sealed class Category
    {
        public string Value { get; set; } = "";
    }
}
