using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Transforms;

/// <summary>Learns target encodings: replaces each value of a text column by numbers that summarize the label in the
/// rows with that value. Create it with <c>mlContext.Transforms.Categorical.TargetEncoding</c>, which describes the
/// encoding.</summary>
/// <remarks>The encoding of a training row must not use the row's own label. Otherwise the learner would rely too much
/// on the encoding, and do worse on new rows. So training rows are encoded out of fold. An ML.NET estimator cannot do
/// this, because a pipeline transforms training rows like any other rows. This class is therefore not an estimator.
/// <see cref="Before"/> combines it with the learner into an estimator. <see cref="Fit"/> returns the encoded training
/// rows along with the transformer.
/// </remarks>
public sealed class TargetEncoder
{
    /// <summary>Maximum number of classes of a key label. Each class adds one number to the encoding.</summary>
    public const int MaximumClasses = 1000;

    /// <summary>Labels count as at most this many interquartile ranges beyond the quartiles.</summary>
    private const double OutlierReach = 10;

    internal const string TextRemedy = "one text a row: convert codes with Transforms.Conversion.ConvertType to String";

    private readonly IHost _host;
    private readonly (string Output, string Input)[] _columns;
    private readonly string _label;
    private readonly double? _smoothing;
    private readonly int _folds;
    private readonly ulong _seed;

    internal TargetEncoder(IHostEnvironment env, (string Output, string Input)[] columns, string label,
        double? smoothing,
        int folds, int? seed)
    {
        _host = env.Register(nameof(TargetEncoder));
        (_columns, _label, _smoothing, _folds) = (columns, label, smoothing, folds);
        _seed = (ulong)(seed ?? (env as IHostEnvironmentInternal)?.Seed ?? Random.Shared.Next());
    }

    /// <summary>Learns the encodings, and encodes the training rows out of fold.</summary>
    /// <param name="data">The training rows, with the text columns and the label.</param>
    /// <param name="encoded">The same rows with their out-of-fold encodings. Train on these.</param>
    /// <returns>The transformer for all other rows. Its encodings use all training rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">No row has a finite label.</exception>
    public TargetEncodingTransformer Fit(IDataView data, out IDataView encoded)
    {
        ArgumentNullException.ThrowIfNull(data);
        Check(SchemaShape.Create(data.Schema));
        var label = data.Schema[_label];
        var inputs = _columns.Select(column => data.Schema[column.Input]).ToArray();
        if (label.Type is KeyDataViewType { Count: > MaximumClasses } many)
            throw Mismatch(_label, label.Type, $"a key of at most {MaximumClasses} values, not of {many.Count}");
        var classes = label.Type is KeyDataViewType key ? (int)key.Count : 1;
        var statistics = inputs.Select(_ => new TargetStatistics(classes, _folds)).ToArray();
        Count(data, label, inputs, statistics, classes);

        var fitted = new TargetEncodingTransformer(_host, _columns,
            [.. statistics.Select(s => s.Table(_smoothing))], Slots(label, classes));
        TargetEncodingTable[][] byFold =
            [.. Enumerable.Range(0, _folds)
                .Select(fold => statistics.Select(s => s.Table(_smoothing, fold)).ToArray())];
        encoded = fitted.TransformByFold(data, byFold, FoldOf);
        return fitted;
    }

    /// <summary>Creates an estimator that encodes the columns and fits <paramref name="learner"/> to the out-of-fold
    /// encodings of the training rows.</summary>
    /// <typeparam name="TTransformer">Type of the transformer that the learner returns.</typeparam>
    /// <param name="learner">The rest of the pipeline, up to and including the trainer. Do not append a trainer after
    /// this estimator: its training rows would be encoded with their own labels.</param>
    public IEstimator<TransformerChain<TTransformer>> Before<TTransformer>(IEstimator<TTransformer> learner)
        where TTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(learner);
        return new Chain<TTransformer>(this, learner);
    }

    private void Count(IDataView data, DataViewSchema.Column label, DataViewSchema.Column[] inputs,
        TargetStatistics[] statistics,
        int classes)
    {
        var (median, least, most) = Range(data, label);
        using var cursor = data.GetRowCursor([label, .. inputs]);
        var getLabel = RowCursorUtils.GetLabelGetter(cursor, label.Index);
        var getId = cursor.GetIdGetter();
        var getTexts = inputs.Select(input => cursor.GetGetter<ReadOnlyMemory<char>>(input)).ToArray();
        var (value, id, text) = (0f, default(DataViewRowId), default(ReadOnlyMemory<char>));
        var numbers = new double[classes];
        while (cursor.MoveNext())
        {
            getLabel(ref value);
            if (!float.IsFinite(value))
                continue;
            Array.Clear(numbers);
            if (classes > 1)
                numbers[(int)value] = 1;
            else
                numbers[0] = Math.Clamp(value, least, most) - median;
            getId(ref id);
            var fold = FoldOf(id);
            for (var i = 0; i < inputs.Length; i++)
            {
                getTexts[i](ref text);
                statistics[i].Add(text.Span, fold, numbers);
            }
        }
    }

    // Limits the influence of a single typing error.
    private (double Median, double Least, double Most) Range(IDataView data, DataViewSchema.Column label)
    {
        using var cursor = data.GetRowCursor([label]);
        var getLabel = RowCursorUtils.GetLabelGetter(cursor, label.Index);
        var (value, labels) = (0f, new List<float>());
        while (cursor.MoveNext())
        {
            getLabel(ref value);
            if (float.IsFinite(value))
                labels.Add(value);
        }
        if (labels.Count == 0)
            throw _host.Except($"No row has a finite label in column '{_label}', so there is nothing to encode by.");
        labels.Sort();
        double lower = labels[labels.Count / 4], upper = labels[labels.Count * 3 / 4];
        var reach = upper > lower ? OutlierReach * (upper - lower) : double.PositiveInfinity;
        return (labels[labels.Count / 2], lower - reach, upper + reach);
    }

    // The fold depends only on the row's id, so shuffles and threads do not change it. The mixer is that of SplitMix64
    // (Steele, Lea and Flood 2014).
    private int FoldOf(DataViewRowId id)
    {
        var x = Mix(Mix(_seed + 0x9E3779B97F4A7C15 * (1 + id.Low)) ^ id.High);
        return (int)(x % (ulong)_folds);

        static ulong Mix(ulong x)
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }

    private string[] Slots(DataViewSchema.Column label, int classes)
    {
        if (classes == 1)
            return [_label, "count"];
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (label.HasKeyValues())
            label.GetKeyValues(ref names);
        return [.. Enumerable.Range(0, classes)
            .Select(c => $"{_label} {(names.Length == classes ? names.GetItemOrDefault(c) : c)}"),
            "count"];
    }

    private Dictionary<string, SchemaShape.Column> Check(SchemaShape schema)
    {
        var columns = schema.ToDictionary(column => column.Name);
        foreach (var (_, input) in _columns)
            if (Find(input, "input") is var column && (column.Kind != SchemaShape.Column.VectorKind.Scalar
                || column.ItemType != TextDataViewType.Instance))
                throw Mismatch(input, column.GetTypeString(), TextRemedy);
        var label = Find(_label, "label");
        if (label.Kind != SchemaShape.Column.VectorKind.Scalar
            || !(label.IsKey || label.ItemType == NumberDataViewType.Single
            || label.ItemType == BooleanDataViewType.Instance))
            throw Mismatch(_label, label.GetTypeString(), "a label: Single, Boolean or a key");
        return columns;

        SchemaShape.Column Find(string name, string role) => columns.TryGetValue(name, out var column) ? column
            : throw new ArgumentOutOfRangeException("data", $"There is no {role} column '{name}' for the target "
                + $"encoding. The data has: {string.Join(", ", columns.Keys.Select(known => $"'{known}'"))}.");
    }

    internal static ArgumentOutOfRangeException Mismatch(string name, object type, string wanted) =>
        new("data", $"The column '{name}' of the target encoding is of type {type}, but must be {wanted}.");

    private sealed class Chain<TTransformer>(TargetEncoder encoder, IEstimator<TTransformer> learner)
        : IEstimator<TransformerChain<TTransformer>>
        where TTransformer : class, ITransformer
    {
        public TransformerChain<TTransformer> Fit(IDataView input)
        {
            var encoding = encoder.Fit(input, out var encoded);
            return new TransformerChain<TTransformer>(encoding, learner.Fit(encoded));
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            var columns = encoder.Check(inputSchema);
            var slots = new SchemaShape(
                [new("SlotNames", SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false)]);
            foreach (var (output, _) in encoder._columns)
                columns[output] = new(output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false,
                    slots);
            return learner.GetOutputSchema(new SchemaShape(columns.Values));
        }
    }
}
