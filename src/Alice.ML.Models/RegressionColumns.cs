using System.Globalization;
using System.Text;
using Alice.ML.Files;
using Alice.ML.Models.Networks;
using Alice.ML.Models.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>What a regression model makes of its networks' outputs: these are the scores of all labels, then the
/// quantiles of the first label, of the second, and so on.</summary>
internal sealed class RegressionColumns : IOutputColumns
{
    public const string StandardDeviation = "ScoreStandardDeviation";
    public const string Quantiles = "Quantiles";

    public const int MaximumQuantiles = 1000;

    private readonly float[] _levels;

    /// <param name="addsStandardDeviation">Whether there is a column for the networks' standard deviation.</param>
    /// <param name="levels">The quantiles' levels, between 0 and 1 and ascending; null or none for no column.</param>
    /// <param name="labels">Names of the labels of a model whose columns are vectors; null: one label, a
    /// scalar.</param>
    /// <exception cref="ArgumentException">Levels that are not.</exception>
    public RegressionColumns(
        bool addsStandardDeviation, IReadOnlyList<float>? levels, IReadOnlyList<string>? labels = null)
    {
        AddsStandardDeviation = addsStandardDeviation;
        Labels = labels ?? [];
        _levels = [.. levels ?? []];
        Levels = Array.AsReadOnly(_levels);
        if (_levels.Length > MaximumQuantiles)
            throw new ArgumentException(
                $"There are {_levels.Length} quantiles, and at most {MaximumQuantiles} are possible.", nameof(levels));
        for (var q = 0; q < _levels.Length; q++)
            if (!(_levels[q] > (q > 0 ? _levels[q - 1] : 0) && _levels[q] < 1))
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"Quantile {q} is {_levels[q]}; quantiles are between 0 and 1 and ascending."),
                    nameof(levels));
    }

    public bool AddsStandardDeviation { get; }

    public IReadOnlyList<float> Levels { get; }

    /// <summary>Names of the labels; none for a scalar.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Labels, 1 for a scalar.</summary>
    public int ScoreCount => Math.Max(1, Labels.Count);

    /// <summary>Why an ensemble gives no numbers, or null.</summary>
    public static string? MisfitOfTransform(NetworkEnsemble ensemble) =>
        ensemble.OutputTransform == OutputTransform.Softmax ? "A regression network has no softmax." : null;

    /// <summary>Why an ensemble cannot give these columns, or null.</summary>
    public string? Misfit(NetworkEnsemble ensemble)
    {
        if (ensemble.OutputCount != ScoreCount * (1 + _levels.Length))
            return ScoreCount == 1 && _levels.Length == 0
                ? $"The network has {ensemble.OutputCount} outputs; a regression network has one."
                : $"The network has {ensemble.OutputCount} outputs; with "
                    + $"{(ScoreCount == 1 ? "" : $"{ScoreCount} labels and ")}{_levels.Length} quantiles it has "
                    + $"{ScoreCount * (1 + _levels.Length)}.";
        return AddsStandardDeviation && ensemble.Members.Count == 1
            ? "One network has no standard deviation; it takes two."
            : null;
    }

    /// <summary>Names for the columns, null for those that there are not.</summary>
    public OnnxRegression.Outputs Choose(string score, string? standardDeviation, string quantiles) => new(
        score, AddsStandardDeviation ? standardDeviation : null, _levels.Length > 0 ? quantiles : null);

    /// <summary>The score, then the columns that were asked for.</summary>
    public DataViewSchema CreateSchema()
    {
        var schema = new DataViewSchema.Builder();
        Add(DefaultColumnNames.Score, AnnotationUtils.Const.ScoreValueKind.Score, Labels);
        if (AddsStandardDeviation)
            Add(StandardDeviation, StandardDeviation, Labels);
        if (_levels.Length > 0)
            Add(Quantiles, Quantiles, OutputColumn.Quantiles(_levels, Labels));
        return schema.ToSchema();

        void Add(string name, string valueKind, IReadOnlyList<string> slots) => OutputColumn.Add(
            schema, name, NumberDataViewType.Single, Labels.Count == 0
                ? AnnotationUtils.Const.ScoreColumnKind.Regression
                : AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression, valueKind, slots);
    }

    /// <summary>What a trainer promises of <see cref="CreateSchema"/>.</summary>
    /// <param name="addsStandardDeviation">Whether there is a column for the networks' standard deviation.</param>
    /// <param name="hasQuantiles">Whether there is one for quantiles.</param>
    /// <param name="isVector">Whether there are several labels.</param>
    public static IEnumerable<SchemaShape.Column> CreateShape(
        bool addsStandardDeviation, bool hasQuantiles, bool isVector = false)
    {
        yield return OutputColumn.Shape(DefaultColumnNames.Score, NumberDataViewType.Single, isVector);
        if (addsStandardDeviation)
            yield return OutputColumn.Shape(StandardDeviation, NumberDataViewType.Single, isVector);
        if (hasQuantiles)
            yield return OutputColumn.Shape(Quantiles, NumberDataViewType.Single, isVector: true);
    }

    public bool NeedsDeviations(string column) => column == StandardDeviation;

    public Delegate Getter(string column, ScoredRow row) => (column, Labels.Count) switch
    {
        (Quantiles, _) => OutputColumn.Getter<float>(
            ScoreCount * _levels.Length, values => row.Outputs[ScoreCount..].CopyTo(values)),
        (StandardDeviation, 0) => (ValueGetter<float>)((ref float value) => value = row.Deviations[0]),
        (StandardDeviation, _) => OutputColumn.Getter<float>(
            ScoreCount, values => row.Deviations[..ScoreCount].CopyTo(values)),
        (_, 0) => (ValueGetter<float>)((ref float value) => value = row.Outputs[0]),
        _ => OutputColumn.Getter<float>(ScoreCount, values => row.Outputs[..ScoreCount].CopyTo(values)),
    };

    /// <summary>The quantiles of a label do not cross.</summary>
    public void Order(Span<float> outputs)
    {
        for (var label = 0; label < ScoreCount; label++)
            outputs.Slice(ScoreCount + label * _levels.Length, _levels.Length).Sort();
    }

    /// <summary>
    /// Writes little-endian 32-bit words: 1 with a standard deviation, else 0; the number of quantiles; their levels as
    /// floats; the checksum of all before it (<see cref="ChecksumStream"/>).
    /// </summary>
    public void Save(BinaryWriter writer)
    {
        ChecksumStream.Write(writer.BaseStream, content =>
        {
            content.Write(AddsStandardDeviation ? 1u : 0);
            content.Write((uint)_levels.Length);
            foreach (var level in _levels)
                content.Write(level);
        });
    }

    /// <summary>Reads what <see cref="Save"/> wrote; the labels' names are kept elsewhere.</summary>
    /// <exception cref="FormatException">It would not write that.</exception>
    public static RegressionColumns Load(BinaryReader reader, IReadOnlyList<string>? labels = null)
    {
        using var checksum = new ChecksumStream(reader.BaseStream);
        using var content = new BinaryReader(checksum, Encoding.UTF8, leaveOpen: true);
        try
        {
            var addsStandardDeviation = content.ReadUInt32() != 0;
            var count = content.ReadUInt32();
            if (count > MaximumQuantiles)
                throw Corrupt($"it claims {count} quantiles, and at most {MaximumQuantiles} are possible.");
            var levels = new float[count];
            for (var q = 0; q < levels.Length; q++)
                levels[q] = content.ReadSingle();
            var computed = checksum.Checksum;
            if (checksum.ReadStored() is var stored && stored != computed)
                throw Corrupt($"the checksum of its columns is {computed:x8} and should be {stored:x8}: "
                    + "the file is damaged.");
            return new RegressionColumns(addsStandardDeviation, levels, labels);
        }
        catch (Exception e) when (e is ArgumentException or EndOfStreamException)
        {
            throw Corrupt(e.Message);
        }

        static FormatException Corrupt(string what) => new($"The model cannot be read: {what}");
    }
}
