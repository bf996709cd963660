using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>One row of a delimited file, and the line on which it starts, from 1.</summary>
internal readonly record struct Record(int Line, string[] Fields);

/// <summary>Splits text into rows and fields. A field may be in double quotes. Inside, a doubled quote is a quote, and
/// separators and line breaks belong to the field. Blank lines and comments are skipped and counted. White space around
/// a field is removed.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="reader">The text.</param>
/// <param name="separator">The separator.</param>
/// <param name="comments">Prefixes of comment lines.</param>
/// <param name="skip">Number of lines to skip at the start.</param>
internal sealed class RecordReader(
    string path, TextReader reader, char separator, IReadOnlyList<string> comments, int skip = 0)
{
    // Values repeat, so one string per different text keeps large files small in memory. Limited, for columns whose
    // values do not repeat.
    private const int PoolSize = 100_000;
    private readonly HashSet<string> _pool = [];
    private readonly List<int> _blankLines = [];
    private int _line;

    /// <summary>Number of comment lines that were skipped, without those at the start.</summary>
    public int CommentLines { get; private set; }

    /// <summary>Numbers of the blank lines that are followed by rows.</summary>
    public IReadOnlyList<int> BlankLines => _blankLines;

    /// <summary>Reads the remaining rows.</summary>
    public IEnumerable<Record> Read()
    {
        while (_line < skip && NextLine() is not null)
        {
        }
        var blank = new List<int>();
        while (NextLine() is { } line)
        {
            if (IsBlank(line, separator))
                blank.Add(_line);
            else if (IsComment(line, comments))
                CommentLines++;
            else
            {
                _blankLines.AddRange(blank);
                blank.Clear();
                var start = _line;
                yield return new Record(start, Split(line, start));
            }
        }
    }

    /// <summary>Whether a line is blank. A row of empty fields between tabs is not.</summary>
    public static bool IsBlank(string line, char? separator) =>
        string.IsNullOrWhiteSpace(line) && (separator is null or ' ' || !line.Contains(separator.Value));

    /// <summary>Whether a line is a comment.</summary>
    public static bool IsComment(string line, IReadOnlyList<string> comments) =>
        comments.Any(c => line.AsSpan().TrimStart().StartsWith(c, StringComparison.Ordinal));

    private string? NextLine()
    {
        _line++;
        return reader.ReadLine();
    }

    private string[] Split(string line, int start)
    {
        if (line.Contains('"'))
            return SplitQuoted(line, start);
        var fields = new string[line.AsSpan().Count(separator) + 1];
        var rest = line.AsSpan();
        for (var i = 0; i < fields.Length; i++)
        {
            var end = i == fields.Length - 1 ? rest.Length : rest.IndexOf(separator);
            fields[i] = Pooled(rest[..end].Trim());
            rest = end < rest.Length ? rest[(end + 1)..] : [];
        }
        return fields;
    }

    private string[] SplitQuoted(string line, int start)
    {
        var fields = new List<string>();
        var at = 0;
        while (true)
        {
            SkipSpace(line, ref at);
            if (at < line.Length && line[at] == '"')
            {
                fields.Add(QuotedField(ref line, ref at, start));
                if (at < line.Length && line[at] != separator)
                    throw new UserException($"{path}, line {_line}: text follows a closing quote in field " +
                        $"{fields.Count}; put a separator there, or double the quotes that belong to the field");
            }
            else
            {
                var end = line.IndexOf(separator, at);
                end = end < 0 ? line.Length : end;
                fields.Add(Pooled(line.AsSpan(at, end - at).Trim()));
                at = end;
            }
            if (at >= line.Length)
                return [.. fields];
            at++;
        }
    }

    /// <summary>Reads from an opening quote to the end of the field, across lines if necessary.</summary>
    private string QuotedField(ref string line, ref int at, int start)
    {
        var text = new System.Text.StringBuilder();
        at++;
        while (true)
        {
            var quote = line.IndexOf('"', at);
            if (quote < 0)
            {
                text.Append(line, at, line.Length - at).Append('\n');
                line = NextLine() ?? throw new UserException(
                    $"{path}, line {start}: a quoted field opens here and is never closed; close it with a double " +
                    "quote");
                at = 0;
                continue;
            }
            text.Append(line, at, quote - at);
            at = quote + 1;
            if (at >= line.Length || line[at] != '"')
                break;
            text.Append('"');
            at++;
        }
        SkipSpace(line, ref at);
        return Pooled(text.ToString().AsSpan());
    }

    private void SkipSpace(string line, ref int at)
    {
        while (at < line.Length && char.IsWhiteSpace(line[at]) && line[at] != separator)
            at++;
    }

    private string Pooled(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return "";
        var lookup = _pool.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(text, out var known))
            return known;
        var added = text.ToString();
        if (_pool.Count < PoolSize)
            _pool.Add(added);
        return added;
    }
}
