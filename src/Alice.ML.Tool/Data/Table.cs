using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>A delimited file in memory: texts as read, with "" for every missing value.</summary>
/// <param name="Path">Where it came from, for messages.</param>
/// <param name="Names">The columns' names; column1, column2, … when the file has no header.</param>
/// <param name="HasHeader">Whether the file names its columns.</param>
/// <param name="Separator">The character between fields.</param>
/// <param name="Records">The rows, each with its line number.</param>
internal sealed record Table(
    string Path, IReadOnlyList<string> Names, bool HasHeader, char Separator, IReadOnlyList<Record> Records)
{
    private const int ProbedRows = 1000;
    private Lazy<char?>? _usualMark;

    /// <summary>What the user said about the file.</summary>
    public FileFormat Format { get; init; } = new();

    /// <summary>The decimal mark that most of the first rows' numbers need; null where none needs either.</summary>
    public char? UsualDecimalMark => (_usualMark ??= new(FindUsualMark)).Value;

    /// <summary>Every row's number, from 0.</summary>
    public int[] AllRows => [.. Enumerable.Range(0, Records.Count)];

    /// <summary>
    /// The index of a column that the user gave by its name or by its number: 1 is the first, -1 the last. A name wins
    /// over a number, for headers such as 2023.
    /// </summary>
    /// <exception cref="UserException">There is no such column; the message lists the columns.</exception>
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
