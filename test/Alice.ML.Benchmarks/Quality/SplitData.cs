using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>A row as every contestant gets it; its task says which of the three labels counts.</summary>
internal sealed class QualityRow
{
    public float Label { get; set; }

    public bool IsPositive { get; set; }

    /// <summary>The class, from 0: ML.NET makes it a key, counted from 1. Beyond the last for one that the training
    /// rows lack.</summary>
    public uint Class { get; set; }

    public float[] Features { get; set; } = [];
}

/// <summary>Training and test rows of one run, encoded: the same for all contestants.</summary>
internal sealed class SplitData
{
    private const string CategoryRanges = "CategoricalSlotRanges";

    private readonly SchemaDefinition _schema;
    private readonly DataViewSchema.Annotations _annotations;

    private SplitData(TaskKind task, int classes, QualityRow[] train, QualityRow[] test,
        DataViewSchema.Annotations annotations)
    {
        (Task, Classes, Train, Test, _annotations) = (task, classes, train, test, annotations);
        Features = train[0].Features.Length;
        _schema = Schema();
    }

    public TaskKind Task { get; }

    /// <summary>Number of classes; 0 for regression.</summary>
    public int Classes { get; }

    /// <summary>Numbers a row.</summary>
    public int Features { get; }

    public IReadOnlyList<QualityRow> Train { get; }

    public IReadOnlyList<QualityRow> Test { get; }

    /// <summary>Whether the features have one-hot columns.</summary>
    public bool HasCategories => _annotations.Schema.GetColumnOrNull(CategoryRanges) is not null;

    /// <summary>The label column of the task.</summary>
    public string LabelName => Task switch
    {
        TaskKind.Binary => nameof(QualityRow.IsPositive),
        TaskKind.Multiclass => nameof(QualityRow.Class),
        _ => nameof(QualityRow.Label),
    };

    /// <summary>Encodes rows by transforms that are fitted to the training rows.</summary>
    public static SplitData Create(
        TableSchema schema, IDataView train, float[] trainLabels, IDataView test, float[] testLabels)
    {
        var columns = FeaturePipeline.Fit(new MLContext(1), schema, train, seed: 1);
        return new(schema.Target.Task, schema.Target.Classes.Count,
            Rows(columns.Training, trainLabels), Rows(columns.Transforms.Transform(test), testLabels),
            columns.Training.Schema[columns.Features].Annotations);

        QualityRow[] Rows(IDataView view, float[] labels) =>
            [.. view.GetColumn<float[]>(columns.Features).Zip(labels, (values, label) => new QualityRow
        {
            Features = values,
            Label = label,
            IsPositive = label > 0,
            Class = label < 0 ? uint.MaxValue : (uint)label,
        })];
    }

    /// <summary>The training rows alone: one part of them as test rows, of each class alike, and the others to train
    /// on.</summary>
    public SplitData HoldOut(int parts, int seed)
    {
        var labels = Task == TaskKind.Regression ? null : Train.Select(row => row.Label).ToArray();
        var split = RowSplit.Folds([.. Enumerable.Range(0, Train.Count)], labels, parts, seed)[0];
        return new(Task, Classes, [.. split.Train.Select(i => Train[i])], [.. split.Test.Select(i => Train[i])],
            _annotations);
    }

    /// <summary>The training rows for ML.NET, in memory.</summary>
    /// <param name="ml">Where to train.</param>
    /// <param name="withCategories">Whether the view says which columns are the one-hot ones of a category, as ML.NET's
    /// own encoder does.</param>
    public IDataView TrainView(MLContext ml, bool withCategories = false) => View(ml, Train, withCategories);

    /// <summary>The test rows for ML.NET, in memory.</summary>
    public IDataView TestView(MLContext ml) => View(ml, Test, withCategories: false);

    public PredictionEngine<QualityRow, TPrediction> Engine<TPrediction>(MLContext ml, ITransformer model)
        where TPrediction : class, new() =>
            ml.Model.CreatePredictionEngine<QualityRow, TPrediction>(model, inputSchemaDefinition: _schema);

    private SchemaDefinition Schema()
    {
        var schema = SchemaDefinition.Create(typeof(QualityRow));
        schema[nameof(QualityRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        schema[nameof(QualityRow.Class)].ColumnType = new KeyDataViewType(typeof(uint), Math.Max(Classes, 1));
        return schema;
    }

    private IDataView View(MLContext ml, IReadOnlyList<QualityRow> rows, bool withCategories)
    {
        var schema = Schema();
        if (withCategories && _annotations.Schema.GetColumnOrNull(CategoryRanges) is { } column)
        {
            VBuffer<int> ranges = default;
            _annotations.GetValue(CategoryRanges, ref ranges);
            schema[nameof(QualityRow.Features)].AddAnnotation(CategoryRanges, ranges, column.Type);
        }
        // A cache can shuffle, which SDCA needs to converge. Filled here, so that no trainer's clock runs meanwhile.
        var cached = ml.Data.Cache(ml.Data.LoadFromEnumerable(rows, schema));
        cached.GetColumn<VBuffer<float>>(nameof(QualityRow.Features)).Count();
        cached.GetColumn<float>(nameof(QualityRow.Label)).Count();
        return cached;
    }
}
