using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Calibrators;

namespace Alice.ML.Tool.Report;

/// <summary>What a report is about: the model and its outputs on the test rows.</summary>
internal sealed class Subject
{
    private const int FewestRows = 20;
    private readonly Lazy<IReadOnlyList<Importance<Factor>>> _importances;

    private Subject() => _importances = new(() => FactorImportance.Measure(this));

    public required AliceReportOptions Options { get; init; }

    public required MLContext ML { get; init; }

    /// <summary>The whole pipeline.</summary>
    public required ITransformer Model { get; init; }

    /// <summary>The Alice model in it.</summary>
    public required PipelineModel Part { get; init; }

    public required TableTask Task { get; init; }

    public required TaskKind Kind { get; init; }

    /// <summary>Names of the classes in order. Empty for regression.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Number of rows of the data, with those that have no label or no score.</summary>
    public required int RowCount { get; init; }

    /// <summary>Numbers of the rows with label and score, from 0.</summary>
    public required int[] Rows { get; init; }

    /// <summary>Labels of <see cref="Rows"/>: numbers, or indices in <see cref="Classes"/>, −1 for a class unknown to
    /// the model.</summary>
    public required float[] Labels { get; init; }

    /// <summary>Outputs of <see cref="Rows"/>: the score, the probability of the second class, or that of each
    /// class.</summary>
    public required float[][] Outputs { get; init; }

    /// <summary>The data.</summary>
    public required IDataView Data { get; init; }

    /// <summary>Some of <see cref="Rows"/>, evenly spread.</summary>
    public required RowsInMemory Sample { get; init; }

    /// <summary>Index in <see cref="Rows"/> of each sampled row.</summary>
    public required int[] SamplePlaces { get; init; }

    /// <summary>The inputs of the model.</summary>
    public required IReadOnlyList<Factor> Factors { get; init; }

    public required IReadOnlyList<Metric> Metrics { get; init; }

    /// <summary>How the model was trained. Null for a loaded model.</summary>
    public required AliceTrainingSummary? Summary { get; init; }

    public string Label => Options.LabelColumnName;

    /// <summary>Unit of a regression label, to append to titles of axes. "" if it is unknown.</summary>
    public string Unit => IsNumber && Options.LabelUnit is { } unit ? $", {unit}" : "";

    public bool IsNumber => Kind == TaskKind.Regression;

    /// <summary>Importance of each factor. The most important comes first.</summary>
    public IReadOnlyList<Importance<Factor>> Importances => _importances.Value;

    /// <summary>Other trainers on the same rows.</summary>
    public IReadOnlyList<Rival> Rivals => field ??= Rival.Fit(this);

    /// <summary>Pipelines with one network each.</summary>
    public IReadOnlyList<ITransformer> Members => field ??= [.. Part.Model.Ensemble.Members.Select(
        // The member is given twice, because a standard deviation needs two.
        member => Part.With(Part.Model.Ensemble.With([member, member]), Label))];

    /// <summary>Metrics of outputs for <see cref="Rows"/>.</summary>
    public IReadOnlyList<Metric> Evaluate(float[][] outputs) => Task.Evaluate(ML, Labels, outputs);

    /// <summary>Labels and outputs of the sample.</summary>
    public (float[] Labels, float[][] Outputs) Sampled =>
        ([.. SamplePlaces.Select(p => Labels[p])], [.. SamplePlaces.Select(p => Outputs[p])]);

    /// <summary>Says that pictures show a sample. "" if they show all rows.</summary>
    public string SampleNote => Sample.Count == Rows.Length ? ""
        : $"{Show.Count(Sample.Count)} of the {Show.Count(Rows.Length)} rows, evenly spread.";

    /// <summary>Scores the data and collects what the sections need.</summary>
    public static Subject Read(ITransformer model, IDataView data, AliceReportOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        new OptionErrors().AtLeast<int>(nameof(options.MaximumRows), options.MaximumRows, FewestRows).ThrowIfAny();
        var label = data.Schema.GetColumnOrNull(options.LabelColumnName) ?? throw new ArgumentException(
            $"The data has no column '{options.LabelColumnName}'; its columns are " +
            $"{string.Join(", ", data.Schema.Select(c => c.Name))}.", nameof(data));
        var part = PipelineModel.Find(model, data);
        var (kind, summary) = KindOf(part);
        var classes = options.Classes ?? LabelValues.Classes(kind, label, part.Model.Ensemble.OutputCount);
        var task = TableTask.For(new TableSchema([new ColumnSchema(label.Name, ColumnKind.Label)], HasHeader: true)
        {
            Target = new Target(kind, classes),
        });
        var labels = LabelValues.Read(data, label, kind);
        var outputs = task.Predict(model, data);
        int[] rows = [.. Enumerable.Range(0, labels.Length)
            .Where(i => float.IsFinite(labels[i]) && TableTask.IsScored(outputs[i]))];
        if (rows.Length == 0)
            throw new ArgumentException($"None of the {labels.Length} rows has a number or class in the label column " +
                $"'{label.Name}' and a finite score.", nameof(data));
        float[] known = [.. rows.Select(r => labels[r])];
        float[][] scored = [.. rows.Select(r => outputs[r])];
        var count = Math.Min(rows.Length, options.MaximumRows);
        int[] places = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * rows.Length / count))];
        var ml = new MLContext(options.Seed);
        var sample = RowsInMemory.Read(data, places.Select(p => rows[p]).ToHashSet());
        return new Subject
        {
            Options = options,
            ML = ml,
            Model = model,
            Part = part,
            Task = task,
            Kind = kind,
            Classes = classes,
            RowCount = labels.Length,
            Rows = rows,
            Labels = known,
            Outputs = scored,
            Data = data,
            Sample = sample,
            SamplePlaces = places,
            Factors = Factor.Of(sample, label.Name),
            Summary = summary,
            Metrics = task.Evaluate(ml, known, scored),
        };
    }

    private static (TaskKind, AliceTrainingSummary?) KindOf(PipelineModel part) => part.Trained switch
    {
        AliceRegressionModelParameters regression => (TaskKind.Regression, regression.TrainingSummary),
        AliceMulticlassModelParameters multiclass => (TaskKind.Multiclass, multiclass.TrainingSummary),
        CalibratedModelParametersBase { SubModel: AliceBinaryModelParameters binary } =>
            (TaskKind.Binary, binary.TrainingSummary),
        var other => throw new ArgumentException($"A report cannot be made of {other.GetType().Name}."),
    };
}
