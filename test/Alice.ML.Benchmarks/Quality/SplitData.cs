using Alice.ML.Samples.Data;
using Alice.ML.Samples.Modelling;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>A row as every contestant gets it; its task says which of the three labels counts.</summary>
internal sealed class QualityRow
{
    public float Label { get; set; }

    public bool IsPositive { get; set; }

    /// <summary>The class, from 0: ML.NET makes it a key, counted from 1. Beyond the last for one that the training rows lack.</summary>
    public uint Class { get; set; }

    public float[] Features { get; set; } = [];
}

/// <summary>Training and test rows of one run, encoded: the same for all contestants.</summary>
internal sealed class SplitData
{
    private readonly SchemaDefinition _schema;

    private SplitData(TaskKind task, int classes, QualityRow[] train, QualityRow[] test)
    {
        (Task, Classes, Train, Test) = (task, classes, train, test);
        Features = train[0].Features.Length;
        _schema = SchemaDefinition.Create(typeof(QualityRow));
        _schema[nameof(QualityRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        _schema[nameof(QualityRow.Class)].ColumnType = new KeyDataViewType(typeof(uint), Math.Max(classes, 1));
    }

    public TaskKind Task { get; }

    /// <summary>Number of classes; 0 for regression.</summary>
    public int Classes { get; }

    /// <summary>Numbers a row.</summary>
    public int Features { get; }

    public IReadOnlyList<QualityRow> Train { get; }

    public IReadOnlyList<QualityRow> Test { get; }

    /// <summary>The label column of the task.</summary>
    public string LabelName => Task switch
    {
        TaskKind.Binary => nameof(QualityRow.IsPositive),
        TaskKind.Multiclass => nameof(QualityRow.Class),
        _ => nameof(QualityRow.Label),
    };

    /// <summary>Encodes rows by transforms that are fitted to the training rows.</summary>
    public static SplitData Create(TableSchema schema, IDataView train, float[] trainLabels, IDataView test, float[] testLabels)
    {
        var columns = FeaturePipeline.Fit(new MLContext(1), schema, train);
        return new(schema.Target.Task, schema.Target.Classes.Count,
            Rows(columns.Training, trainLabels), Rows(columns.Transforms.Transform(test), testLabels));

        QualityRow[] Rows(IDataView view, float[] labels) => [.. view.GetColumn<float[]>(columns.Features).Zip(labels, (values, label) => new QualityRow
        {
            Features = values,
            Label = label,
            IsPositive = label > 0,
            Class = label < 0 ? uint.MaxValue : (uint)label,
        })];
    }

    /// <summary>The training rows for ML.NET, in memory.</summary>
    public IDataView TrainView(MLContext ml) => View(ml, Train);

    /// <summary>The test rows for ML.NET, in memory.</summary>
    public IDataView TestView(MLContext ml) => View(ml, Test);

    public PredictionEngine<QualityRow, TPrediction> Engine<TPrediction>(MLContext ml, ITransformer model)
        where TPrediction : class, new() =>
        ml.Model.CreatePredictionEngine<QualityRow, TPrediction>(model, inputSchemaDefinition: _schema);

    private IDataView View(MLContext ml, IReadOnlyList<QualityRow> rows)
    {
        // A cache can shuffle, which SDCA needs to converge. Filled here, so that no trainer's clock runs meanwhile.
        var cached = ml.Data.Cache(ml.Data.LoadFromEnumerable(rows, _schema));
        cached.GetColumn<VBuffer<float>>(nameof(QualityRow.Features)).Count();
        cached.GetColumn<float>(nameof(QualityRow.Label)).Count();
        return cached;
    }
}
