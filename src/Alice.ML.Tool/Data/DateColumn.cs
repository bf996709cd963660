namespace Alice.ML.Tool.Data;

/// <summary>How the dates of a column are read, and which parts become features.</summary>
/// <param name="DayFirst">Whether 3/4/2025 is April 3.</param>
/// <param name="Origin">Start of the feature 'time': the first date of the training rows.</param>
/// <param name="Missing">Number of training rows without a date.</param>
/// <param name="Parts">The features: parts that vary in the training rows.</param>
internal sealed record DateColumn(bool DayFirst, DateTime Origin, int Missing, IReadOnlyList<string> Parts)
{
    private const int ProbedFields = 100;

    // With fewer different numbers, eight digits may look like dates by chance.
    private const int FewestCompact = 5;

    // A time without a date has only the part 'hour'.
    private static readonly (string Name, Func<DateTime, DateTime, double> Of)[] _parts =
    [
        ("time", (date, origin) => (date - origin).TotalDays),
        ("year", (date, _) => date.Year),
        ("month", (date, _) => date.Month),
        ("day", (date, _) => date.Day),
        ("weekday", (date, _) => Weekday(date)),
        ("weekend", (date, _) => Weekday(date) > 5 ? 1 : 0),
        ("hour", (date, _) => date.TimeOfDay.TotalHours),
    ];

    /// <summary>Whether a column of numbers contains dates without separators, such as 20250131.</summary>
    public static bool AreCompact(Table table, IReadOnlyList<int> rows, int column)
    {
        var text = new DateText(dayFirst: false);
        var dates = new HashSet<string>();
        foreach (var row in rows)
        {
            var field = table.Records[row].Fields[column];
            if (NumberColumn.IsGap(field))
                continue;
            if (field.Length != 8 || field is not ['1' or '2', '0' or '9', ..] || !text.TryRead(field, out _))
                return false;
            dates.Add(field);
        }
        return dates.Count >= FewestCompact;
    }

    /// <summary>Examines the fields of some rows. Null if they are not dates.</summary>
    public static DateColumn? Examine(Table table, IReadOnlyList<int> rows, int column, Action<string> note)
    {
        string[] fields = [.. rows.Select(r => table.Records[r].Fields[column]).Where(f => !NumberColumn.IsGap(f))];
        if (Read(fields.Take(ProbedFields), dayFirst: false).Count + Read(fields.Take(ProbedFields), dayFirst: true)
            .Count == 0)
            return null;
        var (monthFirst, dayFirst) = (Read(fields, dayFirst: false), Read(fields, dayFirst: true));
        var isDayFirst = table.Format.DayFirst
            ?? (dayFirst.Count != monthFirst.Count ? dayFirst.Count > monthFirst.Count
            : fields.Any(f => f.IndexOf('.') is 1 or 2) || table.UsualDecimalMark == ',');
        var dates = isDayFirst ? dayFirst : monthFirst;
        if (dates.Count < NumberColumn.NumberShare * fields.Length)
            return null;
        if (dates.Count < fields.Length)
            note($"column '{table.Names[column]}': {fields.Length - dates.Count} of {fields.Length} values "
                + $"{(fields.Length - dates.Count == 1 ? "is no date" : "are no dates")}: taken as missing");
        if (table.Format.DayFirst is null && monthFirst.Count == dayFirst.Count
            && monthFirst.Zip(dayFirst).Where(d => d.First != d.Second).Select(d => isDayFirst ? d.Second : d.First)
                .FirstOrDefault()
                is { Year: > 1 } example)
            note($"column '{table.Names[column]}': every day and month could be the other; read as "
                + $"{(isDayFirst ? "day" : "month")} first, " +
                $"so one is {example:yyyy-MM-dd} (--dates {(isDayFirst ? "mdy" : "dmy")} reads them otherwise)");
        var origin = dates.Min().Date;
        return new DateColumn(isDayFirst, origin, rows.Count - dates.Count,
            [.. _parts.Where(p => (p.Name != "time" || origin.Year > 1)
                && dates.Select(d => p.Of(d, origin)).Distinct().Take(2).Count() > 1).Select(p => p.Name)]);
    }

    /// <summary>The values of <see cref="Parts"/> for each field. NaN if it is not a date.</summary>
    public float[][] Read(IReadOnlyList<string> fields)
    {
        var text = new DateText(DayFirst);
        Func<DateTime, DateTime, double>[] parts = [.. Parts.Select(name => _parts.Single(p => p.Name == name).Of)];
        var columns = parts.Select(_ => new float[fields.Count]).ToArray();
        for (var row = 0; row < fields.Count; row++)
        {
            var isDate = text.TryRead(fields[row], out var date);
            for (var i = 0; i < parts.Length; i++)
                columns[i][row] = isDate ? (float)parts[i](date, Origin) : float.NaN;
        }
        return columns;
    }

    private static List<DateTime> Read(IEnumerable<string> fields, bool dayFirst)
    {
        var text = new DateText(dayFirst);
        var dates = new List<DateTime>();
        foreach (var field in fields)
        {
            if (text.TryRead(field, out var date))
                dates.Add(date);
        }
        return dates;
    }

    /// <summary>1 (Monday) to 7.</summary>
    private static int Weekday(DateTime date) => ((int)date.DayOfWeek + 6) % 7 + 1;
}
