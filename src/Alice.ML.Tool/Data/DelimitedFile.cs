using System.Text;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>Reads a delimited text file. Detects separator, header and comment lines.</summary>
internal static class DelimitedFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file: text, optionally compressed with gzip.</param>
    /// <param name="format">The options of the user.</param>
    /// <param name="expectedNames">Names of the header, if they are known.</param>
    /// <param name="note">Receives a note about everything that is left out or changed.</param>
    /// <exception cref="UserException">The file is not a table. The message says where and what to do.</exception>
    public static Table Read(
        string path, FileFormat format, IReadOnlyCollection<string>? expectedNames = null, Action<string>? note = null)
    {
        note ??= _ => { };
        try
        {
            var file = TextFile.Examine(path);
            try
            {
                return Read(file, format, expectedNames, note);
            }
            catch (DecoderFallbackException)
            {
                note($"{path} is not UTF-8: read as Windows-1252");
                return Read(file with { Encoding = TextFile.Windows1252 }, format, expectedNames, note);
            }
        }
        catch (InvalidDataException e)
        {
            throw new UserException($"{path} is a damaged gzip file ({e.Message}); compress it again");
        }
    }

    private static Table Read(
        TextFile file, FileFormat format, IReadOnlyCollection<string>? expectedNames, Action<string> note)
    {
        var lead = FileLead.Read(file, format);
        using var reader = file.Open();
        var recordReader = new RecordReader(file.Path, reader, lead.Separator, format.Comments ?? [], lead.Lines);
        var records = recordReader.Read().ToList();
        TrimLineEnds(records);
        var header = Header(records, lead, format, expectedNames);
        var comments = lead.CommentLines + recordReader.CommentLines - (header is { Line: 0 } ? 1 : 0);
        if (header is { Line: > 0 })
            records.RemoveAt(0);
        if (records.Count == 0)
            throw new UserException(
                $"{file.Path} holds a header and no rows; give --no-header if its only line is a row");
        if (comments > 0)
            note($"{comments} comment line{(comments == 1 ? "" : "s")} of {file.Path} left out (--comment none if "
                + $"these are rows)");
        var names = Names(file.Path, header?.Fields, records, note);
        AddBlankLines(file.Path, names, recordReader.BlankLines, records, note);
        CheckWidths(file.Path, names, header, records, lead.Separator);
        BlankMissing(records, format);
        return new Table(file.Path, names, header is not null, lead.Separator, records) { Format = format };
    }

    /// <summary>Removes the empty field that a separator at the end of a line produces: if the first line has no such
    /// separator, or if the last column has no name and no values.</summary>
    private static void TrimLineEnds(List<Record> records)
    {
        if (records.Count < 2)
            return;
        var width = records[0].Fields.Length;
        if (!records[0].Fields.Any(NumberText.IsNumber))
        {
            while (width > 1 && records.All(r => r.Fields.Length < width || r.Fields[width - 1].Length == 0))
                width--;
        }
        for (var i = 0; i < records.Count; i++)
        {
            var (line, fields) = records[i];
            if (fields.Length > width && fields[width..].All(f => f.Length == 0))
                records[i] = new Record(line, fields[..width]);
        }
    }

    /// <summary>The header: the first row, or the comment line directly before it ('#a b c'; line 0). Null if there is
    /// none.</summary>
    private static Record? Header(
        List<Record> records, FileLead lead, FileFormat format, IReadOnlyCollection<string>? expectedNames)
    {
        if (format.Header == false || records.Count == 0)
            return null;
        var sample = records.Take(Math.Max(2, lead.SampledRows)).Select(r => r.Fields).ToArray();
        var detected = FormatDetection.HasHeader(sample, format, expectedNames);
        if (detected || lead.LastComment is not { } comment || !comment.StartsWith('#'))
            return detected || format.Header == true ? records[0] : null;
        var names = FieldsOf(comment[1..], lead.Separator);
        if (names.Length == sample[0].Length && !names.Any(NumberText.IsNumber) && names.Length > 1)
            return new Record(0, names);
        return format.Header == true ? records[0] : null;
    }

    /// <summary>The fields of a comment. None if its quotes are not those of a row.</summary>
    private static string[] FieldsOf(string comment, char separator)
    {
        try
        {
            return new RecordReader("", new StringReader(comment), separator, []).Read().FirstOrDefault().Fields ?? [];
        }
        catch (UserException)
        {
            return [];
        }
    }

    /// <summary>Names of all columns. If a name occurs twice, the later column gets a number.</summary>
    private static string[] Names(string path, string[]? header, List<Record> records, Action<string> note)
    {
        if (header is null)
            return [.. Enumerable.Range(1, records[0].Fields.Length).Select(i => $"column{i}")];
        string[] names = [.. header];
        var taken = names.ToHashSet();
        var seen = new HashSet<string>();
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i].Length > 0 ? names[i] : $"column{i + 1}";
            for (var count = 2; !seen.Add(name); count++)
            {
                if (taken.Contains($"{names[i]} {count}"))
                    continue;
                name = $"{names[i]} {count}";
                note($"{path} names more than one column '{names[i]}': column {i + 1} is called '{name}' here");
            }
            names[i] = name;
        }
        return names;
    }

    /// <summary>In a table with one column, a blank line is a row with a missing value. Elsewhere it is
    /// ignored.</summary>
    private static void AddBlankLines(
        string path, string[] names, IReadOnlyList<int> blankLines, List<Record> records, Action<string> note)
    {
        int[] between = [.. blankLines.Where(line => line > records[0].Line)];
        if (between.Length == 0)
            return;
        if (names.Length > 1)
        {
            note($"{between.Length} blank line{(between.Length == 1 ? "" : "s")} between the rows of {path} left out");
            return;
        }
        records.AddRange(between.Select(line => new Record(line, [""])));
        records.Sort((a, b) => a.Line.CompareTo(b.Line));
    }

    private static void CheckWidths(string path, string[] names, Record? header, List<Record> records, char separator)
    {
        foreach (var (line, fields) in records)
        {
            if (fields.Length == names.Length)
                continue;
            var expected = header is { Line: > 0 } ? "the header" : "the first row";
            var comment = FileFormat.LeadingComments.FirstOrDefault(
                c => fields[0].StartsWith(c, StringComparison.Ordinal));
            throw new UserException(
                $"{path}, line {line}: {fields.Length} field{(fields.Length == 1 ? "" : "s")}, where {expected} " +
                $"has {names.Length} (separator: {NameOf(separator)}); correct the line, put text that holds a " +
                "separator in double quotes, or give --separator"
                    + (comment is null ? "" : $", or --comment {comment} if it is a comment"));
        }
    }

    private static void BlankMissing(List<Record> records, FileFormat format)
    {
        var marks = format.Missing.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var record in records)
        {
            for (var i = 0; i < record.Fields.Length; i++)
            {
                if (marks.Contains(record.Fields[i]))
                    record.Fields[i] = "";
            }
        }
    }

    /// <summary>The name of a separator.</summary>
    public static string NameOf(char separator) => separator switch
    {
        ',' => "comma",
        '\t' => "tab",
        ';' => "semicolon",
        ' ' => "space",
        '|' => "bar",
        _ => $"'{separator}'",
    };
}
