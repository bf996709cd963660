using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>What the first lines of a delimited file reveal.</summary>
/// <param name="Lines">Number of lines before the first row or header.</param>
/// <param name="CommentLines">Number of comments among them.</param>
/// <param name="LastComment">The last comment.</param>
/// <param name="Separator">The separator: given, named by a first line 'sep=;', or detected.</param>
/// <param name="SampledRows">Number of rows that were examined.</param>
internal sealed record FileLead(int Lines, int CommentLines, string? LastComment, char Separator, int SampledRows)
{
    private const int MostRows = 200;

    // Limits the work for tables with thousands of columns, where fewer rows are enough.
    private const int MostCharacters = 250_000;

    private const string SeparatorLine = "sep=";

    /// <summary>Reads the first lines.</summary>
    /// <exception cref="UserException">There are no rows.</exception>
    public static FileLead Read(TextFile file, FileFormat format)
    {
        using var reader = file.Open();
        var (rows, comments, line, firstRow) = (new List<string>(), new List<(int Line, string Text)>(), 0, 0);
        var (named, characters) = ((char?)null, 0);
        while (rows.Count < MostRows && characters < MostCharacters && reader.ReadLine() is { } text)
        {
            line++;
            if (RecordReader.IsBlank(text, rows.Count > 0 ? '\t' : null))
                continue;
            if (line == 1 && NamedSeparator(text) is { } separatorLine)
                named = separatorLine;
            else if (
                !RecordReader.IsComment(text, format.Comments ?? (rows.Count == 0 ? FileFormat.LeadingComments : [])))
            {
                firstRow = rows.Count == 0 ? line : firstRow;
                rows.Add(text);
                characters += text.Length;
            }
            else if (rows.Count == 0)
                comments.Add((line, text.Trim()));
        }
        if (rows.Count == 0)
            throw new UserException($"{file.Path} holds no rows" + (comments.Count == 0 ? "" :
                $"; every line starts with {string.Join(" or ", format.Comments ?? FileFormat.LeadingComments)} " +
                "(--comment none if these are rows)"));
        var separator = format.Separator ?? named ?? FormatDetection.Separator(rows);
        if (format.Comments is null && comments.Count > 0)
        {
            string[][] sample = [.. rows.Select(r => FormatDetection.Fields(r, separator))];
            var first = comments.FindIndex(
                c => FormatDetection.IsRow(FormatDetection.Fields(c.Text, separator), sample, format));
            if (first >= 0)
            {
                firstRow = comments[first].Line;
                comments.RemoveRange(first, comments.Count - first);
            }
        }
        return new FileLead(firstRow - 1, comments.Count, comments.Count > 0 ? comments[^1].Text
            : null, separator, rows.Count);
    }

    private static char? NamedSeparator(string line)
    {
        var text = line.Trim('"', ' ');
        return text.Length == SeparatorLine.Length + 1
            && text.StartsWith(SeparatorLine, StringComparison.OrdinalIgnoreCase) ? text[^1] : null;
    }
}
