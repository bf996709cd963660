using System.Text.Json.Serialization;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>The use of a column.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColumnKind>))]
internal enum ColumnKind
{
    /// <summary>The column to predict.</summary>
    Label,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text that is a category.</summary>
    Text,

    /// <summary>A date, whose parts are number features.</summary>
    Date,

    /// <summary>Not used.</summary>
    Ignored,
}

/// <summary>One column of the training file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Kind">What it is used as.</param>
internal sealed record ColumnSchema(string Name, ColumnKind Kind)
{
    /// <summary>Whether training rows have missing values in it.</summary>
    public bool HasMissing { get; init; }

    /// <summary>For text: whether it has too many values for one-hot encoding and is target encoded.</summary>
    public bool HasManyValues { get; init; }

    /// <summary>For text: whether it is free text, whose words count.</summary>
    public bool IsFreeText { get; init; }

    /// <summary>Whether it is text of few values, each with a slot of its own.</summary>
    [JsonIgnore]
    public bool IsCategory => Kind == ColumnKind.Text && !HasManyValues && !IsFreeText;

    /// <summary>For numbers: the decimal mark, a point or a comma.</summary>
    public char DecimalMark { get; init; } = '.';

    /// <summary>For dates: how they are read.</summary>
    public DateColumn? Dates { get; init; }

    /// <summary>For one-hot encoded text: the values, the most frequent first.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];
}

/// <summary>The columns that a model expects. Saved with the model.</summary>
/// <param name="Columns">All columns of the training file, in order.</param>
/// <param name="HasHeader">Whether the training file had a header.</param>
internal sealed record TableSchema(IReadOnlyList<ColumnSchema> Columns, bool HasHeader)
{
    /// <summary>Meaning of the labels.</summary>
    public Target Target { get; init; } = Target.Number;

    /// <summary>The column to predict.</summary>
    [JsonIgnore]
    public ColumnSchema Label => Columns.Single(c => c.Kind == ColumnKind.Label);

    /// <summary>The columns with features, in the order of the file.</summary>
    [JsonIgnore]
    public IEnumerable<ColumnSchema> Used => Columns.Where(c => c.Kind is not (ColumnKind.Label or ColumnKind.Ignored));

    /// <summary>The features: numbers, texts, and a number for each part of a date.</summary>
    [JsonIgnore]
    public IEnumerable<ColumnSchema> Features => Used.SelectMany(c => c.Dates is null ? [c] : PartsOf(c));

    /// <summary>The number features of a date column, such as 'when: hour'. Only the first has an indicator for missing
    /// dates.</summary>
    public IEnumerable<ColumnSchema> PartsOf(ColumnSchema column) => column.Dates!.Parts.Select((part, i) =>
    {
        var name = $"{column.Name}: {part}";
        while (Columns.Any(c => c.Name == name))
            name += "_";
        return new ColumnSchema(name, ColumnKind.Number) { HasMissing = column.HasMissing && i == 0 };
    });

    /// <summary>The position of each used column in a file: by name if both files have a header, otherwise by position.
    /// By position, the label may be absent.</summary>
    /// <param name="table">The file.</param>
    /// <param name="withLabel">Whether the label is required.</param>
    /// <exception cref="UserException">A column is missing. The message names it.</exception>
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
