namespace Alice.ML.Samples.Data;

/// <summary>Reads a delimited text file whose separator, header and comment lines it finds by itself.</summary>
internal static class DelimitedFile
{
    private const int ProbedCharacters = 4096;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file; UTF-8, or UTF-16 with a byte order mark.</param>
    /// <param name="format">What the user said about it.</param>
    /// <param name="expectedNames">Names that a header would hold, when they are known.</param>
    /// <exception cref="UserException">It cannot be read as a table; the message says where and what to do.</exception>
    public static Table Read(string path, FileFormat format, IReadOnlyCollection<string>? expectedNames = null)
    {
        var (rows, commentedHeader) = Sample(path, format);
        var separator = format.Separator ?? FormatDetection.Separator(rows);
        using var reader = Open(path);
        var records = new RecordReader(path, reader, separator, format.Comments).Read().ToList();
        var header = Header(records, separator, commentedHeader, format, expectedNames);
        if (header is not null && header.Value.Line == records[0].Line)
            records.RemoveAt(0);
        if (records.Count == 0)
            throw new UserException($"{path} holds a header and no rows; give --no-header if its only line is a row");
        var names = Names(path, header?.Fields, records[0].Fields.Length);
        CheckWidths(path, names, header, records, separator);
        BlankMissing(records, format);
        return new Table(path, names, header is not null, separator, records);
    }

    private static StreamReader Open(string path)
    {
        if (Directory.Exists(path))
            throw new UserException($"{path} is a folder; name a file");
        if (!File.Exists(path))
            throw new UserException($"{path} does not exist");
        return new StreamReader(path);
    }

    /// <summary>The first rows as they stand, and the last comment line before them.</summary>
    private static (List<string> Rows, string? LastComment) Sample(string path, FileFormat format)
    {
        using (var reader = Open(path))
        {
            var probe = new char[ProbedCharacters];
            if (probe.AsSpan(0, reader.ReadBlock(probe)).Contains('\0'))
                throw new UserException($"{path} is not a text file; give a comma, tab or semicolon separated one");
        }
        using var lines = Open(path);
        var rows = new List<string>();
        string? comment = null;
        while (rows.Count < FormatDetection.SampleRows && lines.ReadLine() is { } line)
        {
            if (!RecordReader.IsBlankOrComment(line, format.Comments))
                rows.Add(line);
            else if (rows.Count == 0 && !string.IsNullOrWhiteSpace(line))
                comment = line.Trim();
        }
        if (rows.Count == 0)
            throw new UserException($"{path} holds no rows" + (comment is null ? "" :
                $"; every line starts with {string.Join(" or ", format.Comments)} (--comment none if these are rows)"));
        return (rows, comment);
    }

    /// <summary>The row of names: the first row, or the comment line just before it ('#a b c'), or none.</summary>
    private static Record? Header(List<Record> records, char separator, string? comment, FileFormat format,
        IReadOnlyCollection<string>? expectedNames)
    {
        if (format.Header == false)
            return null;
        var sample = records.Take(FormatDetection.SampleRows).Select(r => r.Fields).ToArray();
        var detected = FormatDetection.HasHeader(sample, format, expectedNames);
        if (detected || comment is null || !comment.StartsWith('#'))
            return detected || format.Header == true ? records[0] : null;
        var names = new RecordReader("", new StringReader(comment[1..]), separator, []).Read().FirstOrDefault().Fields;
        if (names?.Length == sample[0].Length && !names.Any(FormatDetection.IsNumber) && names.Length > 1)
            return new Record(0, names);
        return format.Header == true ? records[0] : null;
    }

    private static string[] Names(string path, string[]? header, int width)
    {
        if (header is null)
            return [.. Enumerable.Range(1, width).Select(i => $"column{i}")];
        var names = header.Select((name, i) => name.Length > 0 ? name : $"column{i + 1}").ToArray();
        var twice = names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            var places = names.Index().Where(n => n.Item == twice.Key).Select(n => n.Index + 1);
            throw new UserException($"{path} names columns {string.Join(" and ", places)} '{twice.Key}'; rename one, " +
                "or give --no-header if the first line is a row");
        }
        return names;
    }

    private static void CheckWidths(string path, string[] names, Record? header, List<Record> records, char separator)
    {
        foreach (var record in records)
        {
            if (record.Fields.Length == names.Length)
                continue;
            var expected = header is { Line: > 0 } ? "the header" : "the first row";
            throw new UserException($"{path}, line {record.Line}: {record.Fields.Length} field{(record.Fields.Length == 1 ? "" : "s")}, where {expected} " +
                $"has {names.Length} (separator: {NameOf(separator)}); mend the line, put text that holds a " +
                "separator in double quotes, or give --separator");
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

    /// <summary>A separator in words.</summary>
    public static string NameOf(char separator) => separator switch
    {
        ',' => "comma",
        '\t' => "tab",
        ';' => "semicolon",
        ' ' => "space",
        _ => $"'{separator}'",
    };
}
