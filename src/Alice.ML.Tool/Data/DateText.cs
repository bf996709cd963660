using System.Globalization;

namespace Alice.ML.Tool.Data;

/// <summary>Reads dates in common notations: year first (such as ISO 8601), with the English name of the month, or day
/// and month in the given order. A time may follow or stand alone. Time zones are ignored: the clock is taken as
/// written.</summary>
/// <param name="dayFirst">Whether 3/4/2025 is April 3 rather than March 4.</param>
internal sealed class DateText(bool dayFirst)
{
    private const int ShortestDate = 4;
    private const int LongestDate = 40;

    private static readonly string[] _yearFirst =
        ["yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyyMMdd", "yyyy-MMM-d", "yyyy-M", "yyyy/M"];

    private static readonly string[] _named =
    [
        "d MMM yyyy", "d-MMM-yyyy", "d/MMM/yyyy", "d. MMM yyyy", "d MMMM yyyy", "d. MMMM yyyy", "d-MMM-yy", "d MMM yy",
            "ddMMMyyyy",
        "MMM d, yyyy", "MMM d yyyy", "MMMM d, yyyy", "MMMM d yyyy", "ddd, d MMM yyyy", "ddd MMM d yyyy", "MMM yyyy",
        "MMMM yyyy",
        "MMM-yyyy", "MMM-yy",
    ];

    private static readonly string[] _dayThenMonth =
        ["d/M/yyyy", "d-M-yyyy", "d.M.yyyy", "d/M/yy", "d-M-yy", "d.M.yy", "M/yyyy"];

    private static readonly string[] _monthThenDay =
        ["M/d/yyyy", "M-d-yyyy", "M.d.yyyy", "M/d/yy", "M-d-yy", "M.d.yy", "M/yyyy"];

    private static readonly string[] _clocks =
        ["H:mm", "H:mm:ss", "H:mm:ss.FFFFFFF", "H:mm:ss,FFFFFFF", "h:mm tt", "h:mm:ss tt", "h:mmtt", "h:mm:sstt"];

    private readonly string[] _formats = [.. _yearFirst, .. dayFirst ? _dayThenMonth : _monthThenDay, .. _named];
    private string _lastFormat = _yearFirst[0];

    /// <summary>Reads a date. A time alone gets January 1 of the year 1.</summary>
    public bool TryRead(string field, out DateTime value)
    {
        value = default;
        var text = field.AsSpan().Trim();
        if (text.Length is < ShortestDate or > LongestDate || text.IndexOfAnyInRange('0', '9') < 0)
            return false;
        var date = text;
        var clock = TimeSpan.Zero;
        if (text.IndexOf(':') is > 0 and var colon)
        {
            var start = colon;
            while (start > 0 && char.IsAsciiDigit(text[start - 1]))
                start--;
            if (!TryClock(text[start..], out clock))
                return false;
            date = text[..start].TrimEnd("T, ");
            if (start == 0)
                return Set(default, clock, out value);
        }
        return TryDate(date, out var day) && Set(day, clock, out value);
    }

    private static bool Set(DateOnly day, TimeSpan clock, out DateTime value)
    {
        value = day.ToDateTime(TimeOnly.FromTimeSpan(clock));
        return true;
    }

    private bool TryDate(ReadOnlySpan<char> text, out DateOnly day)
    {
        if (Try(text, _lastFormat, out day))
            return true;
        foreach (var format in _formats)
        {
            if (!Try(text, format, out day))
                continue;
            _lastFormat = format; // a column mostly keeps to one
            return true;
        }
        return false;
    }

    private static bool Try(ReadOnlySpan<char> text, string format, out DateOnly day) =>
        DateOnly.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out day);

    private static bool TryClock(ReadOnlySpan<char> text, out TimeSpan clock)
    {
        var zone = text.IndexOfAny("+-ZUG"); // an offset, Z, UTC or GMT
        if (zone > 0)
            text = text[..zone].TrimEnd();
        var isRead = TimeOnly.TryParseExact(
            text, _clocks, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var read);
        clock = read.ToTimeSpan();
        return isRead;
    }
}
