using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Modelling;

/// <summary>Joins the columns of a file in one feature vector. Numbers stay as they are, with NaN for missing. Texts
/// with few values are one-hot encoded, all zero if missing or unknown. Texts with many values are target encoded. Free
/// texts become the score of their words.</summary>
/// <param name="Transforms">The transforms for other rows.</param>
/// <param name="Training">The transformed training rows. Target encodings and scores of words are out of fold.</param>
/// <param name="Features">Name of the feature vector.</param>
internal sealed record FeaturePipeline(TransformerChain<ITransformer> Transforms, IDataView Training, string Features)
{
    /// <summary>Fits the transforms to the training rows.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="schema">The columns of the file.</param>
    /// <param name="training">The training rows.</param>
    /// <param name="seed">Seed of the folds.</param>
    public static FeaturePipeline Fit(MLContext ml, TableSchema schema, IDataView training, int seed)
    {
        var texts = new List<ITransformer>();
        foreach (var column in schema.Features.Where(c => c.IsFreeText))
        {
            (var text, training) = TextModel.Fit(ml, schema, column.Name, (TableView)training, seed);
            texts.Add(text);
        }
        InputOutputColumnPair[] many =
            [.. schema.Features.Where(c => c.HasManyValues).Select(c => new InputOutputColumnPair(c.Name))];
        ITransformer[] encoding = many.Length == 0 ? []
            : [ml.Transforms.Categorical.TargetEncoding(many, schema.Label.Name, seed: seed)
                .Fit(training, out training)];
        var (others, features) = Others(ml, schema);
        var fitted = others.Fit(training);
        return new FeaturePipeline(
            new TransformerChain<ITransformer>([.. texts, .. encoding, fitted]), fitted.Transform(training), features);
    }

    /// <summary>Fits the transforms to the rows of rank 0, for all ranks.</summary>
    public static FeaturePipeline Share(
        MLContext ml, Communicator ranks, TableSchema schema, IDataView training, int seed)
    {
        var own = ranks.Rank == 0 ? Fit(ml, schema, training, seed) : null;
        var bytes = Ranks.ShareBytes(ranks, () =>
        {
            using var stream = new MemoryStream();
            ml.Model.Save(own!.Transforms, training.Schema, stream);
            return stream.ToArray();
        });
        if (own is not null)
            return own;
        var transforms = new TransformerChain<ITransformer>(ml.Model.Load(new MemoryStream(bytes), out _));
        return new FeaturePipeline(transforms, transforms.Transform(training),
            Unused("Features", schema.Columns.Select(c => c.Name).ToHashSet()));
    }

    /// <summary>The transforms that do not need the label, and their output column.</summary>
    private static (EstimatorChain<ITransformer> Transforms, string Features) Others(MLContext ml, TableSchema schema)
    {
        var taken = schema.Columns.Select(c => c.Name).ToHashSet();
        var transforms = new EstimatorChain<ITransformer>();
        foreach (var column in schema.Features.Where(c => c.IsCategory))
            transforms = transforms.Append<ITransformer>(
                ml.Transforms.Categorical.OneHotEncoding(column.Name, keyData: Categories(ml, column)));
        var features = Unused("Features", taken);
        return (transforms.Append<ITransformer>(
            ml.Transforms.Concatenate(features, [.. schema.Features.Select(c => c.Name)])), features);
    }

    private static IDataView Categories(MLContext ml, ColumnSchema column) =>
        ml.Data.LoadFromEnumerable(column.Categories.Select(c => new Category { Value = c }));

    /// <summary>The name, with underscores where a column has it already.</summary>
    public static string Unused(string name, HashSet<string> taken)
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
