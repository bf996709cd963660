using System.Collections.Frozen;
using System.Globalization;

namespace Alice.ML.Tool.Data;

/// <summary>What a field reveals about the decimal mark of its column.</summary>
internal enum MarkEvidence
{
    /// <summary>It is not a number, or has the same value with either mark.</summary>
    None,

    /// <summary>It is a number only with a decimal point: 1.5, 1,234.5.</summary>
    Point,

    /// <summary>It is a number only with a decimal comma: 1,5, 1.234,5.</summary>
    Comma,

    /// <summary>It is a different number with each mark: 1,234.</summary>
    Either,
}

/// <summary>Reads numbers in common notations: with digit groups, with a currency or percent sign (ignored: 15 % is
/// 15), with a sign, or negative in parentheses.</summary>
internal static class NumberText
{
    private const int LongestNumber = 64;

    private static readonly FrozenSet<string> _units = FrozenSet.ToFrozenSet(
    [
        "%", "percent", "pct", "USD", "US$", "EUR", "GBP", "JPY", "CHF", "CNY", "RMB", "INR", "AUD", "A$", "CAD", "C$",
            "NZD", "NZ$",
        "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "RUB", "TRY", "BRL", "R$", "MXN", "ZAR", "KRW", "SGD", "S$",
        "HKD", "HK$",
        "TWD", "NT$", "THB", "IDR", "PHP", "VND", "ILS", "AED", "SAR", "EGP", "UAH", "kr", "kr.", "Rs", "Rs.", "zł",
        "Kč", "Ft", "Fr.",
    ], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _unitLookup =
        _units.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a field is a finite number with a decimal point or with a decimal comma.</summary>
    public static bool IsNumber(string field) => TryRead(field, '.', out _) || TryRead(field, ',', out _);

    /// <summary>Reads a finite number.</summary>
    /// <param name="field">The text.</param>
    /// <param name="mark">The decimal mark, a point or a comma. The other one may separate digit groups.</param>
    /// <param name="value">The number.</param>
    public static bool TryRead(string field, char mark, out float value)
    {
        if (mark == '.' && float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return float.IsFinite(value);
        value = 0;
        if (field.Length > LongestNumber || field.AsSpan().IndexOfAnyInRange('0', '9') < 0)
            return false;
        return Unwrap(field, out var negative) is { IsEmpty: false } digits && TryDigits(digits, mark, out value)
            && float.IsFinite(value = negative ? -value : value);
    }

    /// <summary>The decimal mark that a field requires.</summary>
    public static MarkEvidence Evidence(string field)
    {
        if (field.AsSpan().IndexOfAny('.', ',') < 0)
            return MarkEvidence.None;
        return (TryRead(field, '.', out var point), TryRead(field, ',', out var comma)) switch
        {
            (true, false) => MarkEvidence.Point,
            (false, true) => MarkEvidence.Comma,
            (true, true) when point != comma => MarkEvidence.Either,
            _ => MarkEvidence.None,
        };
    }

    /// <summary>Removes sign, parentheses and unit, at most one of each. Returns nothing if nothing is left.</summary>
    private static ReadOnlySpan<char> Unwrap(ReadOnlySpan<char> rest, out bool negative)
    {
        var (signed, hasUnit) = (false, false);
        negative = false;
        while (!(rest = rest.Trim()).IsEmpty)
        {
            var (before, after) = signed ? (0, 0) : SignAround(rest);
            if (before + after > 0)
                (signed, negative) = (true, rest[0] != '+');
            else if (!hasUnit)
            {
                before = UnitBefore(rest);
                after = before > 0 ? 0 : UnitAfter(rest);
                hasUnit = before + after > 0;
            }
            if (before + after == 0)
                return rest;
            rest = rest[before..^after];
        }
        return [];
    }

    /// <summary>Number of characters of the sign before and after a number: -5, 5-, (5).</summary>
    private static (int Before, int After) SignAround(ReadOnlySpan<char> text) =>
        text is ['(', .., ')'] ? (1, 1) : text[0] is '+' or '-' or '−' or '–' ? (1, 0) : text[^1] is '-' or '−'
            ? (0, 1) : (0, 0);

    private static int UnitBefore(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsUnitLetter(text[length]))
            length++;
        if (length < text.Length && text[length] == '.' && _unitLookup.Contains(text[..(length + 1)]))
            return length + 1;
        return IsUnit(text[..length]) ? length : 0;
    }

    private static int UnitAfter(ReadOnlySpan<char> text)
    {
        var start = text[^1] == '.' ? text.Length - 1 : text.Length;
        while (start > 0 && IsUnitLetter(text[start - 1]))
            start--;
        return IsUnit(text[start..]) ? text.Length - start : 0;
    }

    private static bool IsUnitLetter(char c) => char.IsLetter(c) || c == '%' || IsCurrencySign(c);

    private static bool IsUnit(ReadOnlySpan<char> text) =>
        text is [var c] && IsCurrencySign(c) || _unitLookup.Contains(text);

    private static bool IsCurrencySign(char c) => char.GetUnicodeCategory(c) == UnicodeCategory.CurrencySymbol;

    /// <summary>Reads digits in groups of three with one separator (or in the Indian grouping, 12,34,567), then a
    /// fraction and an exponent.</summary>
    private static bool TryDigits(ReadOnlySpan<char> text, char mark, out float value)
    {
        Span<char> plain = stackalloc char[LongestNumber];
        var (length, at, run, grouping) = (0, 0, 0, '\0');
        value = 0;
        for (; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                plain[length++] = text[at];
                run++;
            }
            else if (IsGrouping(text[at], mark) && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))
            {
                var first = grouping == '\0';
                if (first ? run is 0 or > 3 || text[0] == '0' : text[at] != grouping
                    || !(run == 3 || (run == 2 && grouping == ',')))
                    return false;
                (grouping, run) = (text[at], 0);
            }
            else
                break;
        }
        if (grouping != '\0' && run != 3)
            return false;
        text[at..].CopyTo(plain[length..]);
        if (at < text.Length && text[at] == mark)
            plain[length] = '.';
        else if (at < text.Length && text[at] is not ('e' or 'E'))
            return false;
        length += text.Length - at;
        return float.TryParse(plain[..length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out value);
    }

    private static bool IsGrouping(char c, char mark) =>
        c == (mark == '.' ? ',' : '.') || c is ' ' or '\u00a0' or '\u2009' or '\u202f' or '\'' or '’';
}
