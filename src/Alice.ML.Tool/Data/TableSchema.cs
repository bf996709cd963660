using System.Text.Json.Serialization;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>What a column is used as.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColumnKind>))]
internal enum ColumnKind
{
    /// <summary>What is to be predicted.</summary>
    Label,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A category.</summary>
    Text,

    /// <summary>A date, whose parts are numbers.</summary>
    Date,

    /// <summary>Not used.</summary>
    Ignored,
}

/// <summary>One column of the training file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Kind">What it is used as.</param>
internal sealed record ColumnSchema(string Name, ColumnKind Kind)
{
    /// <summary>Whether the training rows lack some of its values.</summary>
    public bool HasMissing { get; init; }

    /// <summary>For text: whether its values are target encoded, since they are too many for a slot each.</summary>
    public bool HasManyValues { get; init; }

    /// <summary>For text: whether it is free text, whose words count.</summary>
    public bool IsFreeText { get; init; }

    /// <summary>Whether it is text of few values, each with a slot of its own.</summary>
    [JsonIgnore]
    public bool IsCategory => Kind == ColumnKind.Text && !HasManyValues && !IsFreeText;

    /// <summary>For numbers: the decimal mark, a point or a comma.</summary>
    public char DecimalMark { get; init; } = '.';

    /// <summary>For a date: how it is read.</summary>
    public DateColumn? Dates { get; init; }

    /// <summary>For other text: the values, each with a slot of its own, the most frequent first.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];
}

/// <summary>What a model expects of a file: kept beside it in the .zip.</summary>
/// <param name="Columns">Every column of the training file, in its order.</param>
/// <param name="HasHeader">Whether that file named them.</param>
internal sealed record TableSchema(IReadOnlyList<ColumnSchema> Columns, bool HasHeader)
{
    /// <summary>What the label's values mean.</summary>
    public Target Target { get; init; } = Target.Number;

    /// <summary>The column to predict.</summary>
    [JsonIgnore]
    public ColumnSchema Label => Columns.Single(c => c.Kind == ColumnKind.Label);

    /// <summary>The columns to predict from, as they stand in the file.</summary>
    [JsonIgnore]
    public IEnumerable<ColumnSchema> Used => Columns.Where(c => c.Kind is not (ColumnKind.Label or ColumnKind.Ignored));

    /// <summary>The numbers and texts to predict from: a date is a number for each of its parts.</summary>
    [JsonIgnore]
    public IEnumerable<ColumnSchema> Features => Used.SelectMany(c => c.Dates is null ? [c] : PartsOf(c));

    /// <summary>The numbers that a date column gives: 'when: hour'. The first of them stands for a missing
    /// date.</summary>
    public IEnumerable<ColumnSchema> PartsOf(ColumnSchema column) => column.Dates!.Parts.Select((part, i) =>
    {
        var name = $"{column.Name}: {part}";
        while (Columns.Any(c => c.Name == name))
            name += "_";
        return new ColumnSchema(name, ColumnKind.Number) { HasMissing = column.HasMissing && i == 0 };
    });

    /// <summary>
    /// Where each used column of this schema stands in a file: by name when both have names, else by position, where
    /// the label may be absent.
    /// </summary>
    /// <param name="table">The file.</param>
    /// <param name="withLabel">Whether the label is needed.</param>
    /// <exception cref="UserException">A column is missing; the message names it.</exception>
    public IReadOnlyDictionary<string, int> Locate(Table table, bool withLabel)
    {
        ColumnSchema[] needed = [.. withLabel ? Used.Append(Label) : Used];
        if (!HasHeader || !table.HasHeader)
            return LocateByPosition(table, needed, withLabel);
        var places = table.Names.Index().ToDictionary(n => n.Item, n => n.Index);
        var absent = needed.Where(c => !places.ContainsKey(c.Name)).Select(c => $"'{c.Name}'").ToArray();
        if (absent.Length > 0)
            throw new UserException($"{table.Path} lacks the column{(absent.Length > 1 ? "s" : "")} " +
                $"{string.Join(", ", absent)} that the model was trained on; its columns are " +
                string.Join(", ", table.Names));
        return needed.ToDictionary(c => c.Name, c => places[c.Name]);
    }

    private Dictionary<string, int> LocateByPosition(Table table, ColumnSchema[] needed, bool withLabel)
    {
        var withoutLabel = Columns.Where(c => c.Kind != ColumnKind.Label).ToArray();
        var present = table.Names.Count == Columns.Count ? Columns
            : table.Names.Count == withoutLabel.Length && !withLabel ? withoutLabel
            : throw new UserException($"{table.Path} has {table.Names.Count} columns, where the training file had " +
                $"{Columns.Count}; without a header in both they are taken by position, so give the same columns");
        var places = present.Index().ToDictionary(c => c.Item.Name, c => c.Index);
        return needed.ToDictionary(c => c.Name, c => places[c.Name]);
    }
}
