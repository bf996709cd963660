using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>A delimited file in memory. Fields are texts as read, "" for a missing value.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Names">Names of the columns: column1, column2, … if there is no header.</param>
/// <param name="HasHeader">Whether the file has a header.</param>
/// <param name="Separator">The separator.</param>
/// <param name="Records">The rows, with their line numbers.</param>
internal sealed record Table(
    string Path, IReadOnlyList<string> Names, bool HasHeader, char Separator, IReadOnlyList<Record> Records)
{
    private const int ProbedRows = 1000;
    private Lazy<char?>? _usualMark;

    /// <summary>The options of the user.</summary>
    public FileFormat Format { get; init; } = new();

    /// <summary>The decimal mark that most numbers of the first rows require. Null if none requires one.</summary>
    public char? UsualDecimalMark => (_usualMark ??= new(FindUsualMark)).Value;

    /// <summary>The numbers of all rows, from 0.</summary>
    public int[] AllRows => [.. Enumerable.Range(0, Records.Count)];

    /// <summary>The index of a column that is given by name or by number: 1 is the first, -1 the last. A name takes
    /// precedence, for headers such as 2023.</summary>
    /// <exception cref="UserException">There is no such column. The message lists the columns.</exception>
    public int Column(string nameOrNumber, string option)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i] == nameOrNumber)
                return i;
        }
        if (int.TryParse(nameOrNumber, out var number))
        {
            if (number != 0 && Math.Abs((long)number) <= Names.Count)
                return number > 0 ? number - 1 : Names.Count + number;
            throw new UserException($"{option} {number}: {Path} has columns 1 to {Names.Count}, or -1 (the last) to " +
                $"-{Names.Count}: {ListOfNames()}");
        }
        throw new UserException($"{option} {nameOrNumber}: {Path} has no such column. Its columns are {ListOfNames()}" +
            (HasHeader ? "" : "; no header line was found (--header if there is one), so name a column by its number"));
    }

    private char? FindUsualMark()
    {
        var counts = Records.Take(ProbedRows).SelectMany(r => r.Fields).CountBy(NumberText.Evidence).ToDictionary();
        var lead = counts.GetValueOrDefault(MarkEvidence.Point) - counts.GetValueOrDefault(MarkEvidence.Comma);
        return lead > 0 ? '.' : lead < 0 ? ',' : null;
    }

    private string ListOfNames()
    {
        const int most = 20;
        var names = string.Join(", ", Names.Take(most));
        return Names.Count > most ? $"{names}, … ({Names.Count} in all)" : names;
    }
}
