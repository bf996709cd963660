using System.CommandLine;
using Alice.ML.Tool.Data;

namespace Alice.ML.Tool.Commands;

/// <summary>The options for the format of a delimited file. What is not given is detected.</summary>
internal sealed class FileFormatOptions
{
    private readonly Option<string> _separator = new("--separator")
    {
        Description = "Separator of fields: comma, tab, semicolon, bar, space or one character (default: detected " +
            "among the first four, or named by a first line such as 'sep=;')",
        HelpName = "name",
    };

    private readonly Option<bool> _header = new("--header")
    {
        Description = "The first row names the columns (default: detected)",
    };

    private readonly Option<bool> _noHeader = new("--no-header")
    {
        Description = "The first row is data; columns are named column1, column2, …",
    };

    private readonly Option<string> _comment = new("--comment")
    {
        Description =
            "Prefix of comment lines, or none (default: # and //, before the first row only; a # line just before " +
            "the rows that names as many columns as they have is the header)",
        HelpName = "prefix",
    };

    private readonly Option<string[]> _missing = new("--missing")
    {
        Description = "A text that means 'missing'; may be repeated (default: " +
            $"{string.Join(", ", FileFormat.DefaultMissing)}, in upper or lower case). An empty field is always "
                + "missing; among numbers also '-', 'none' and the like",
        HelpName = "text",
    };

    private readonly Option<string> _decimal = new("--decimal")
    {
        Description =
            "Decimal mark of numbers: point or comma (default: detected for each column, then for the file)",
        HelpName = "mark",
    };

    public FileFormatOptions(Command command)
    {
        _separator.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && ParseSeparator(name) is null)
                result.AddError($"--separator {name}: give comma, tab, semicolon, bar, space or one character");
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(_header) && result.GetValue(_noHeader))
                result.AddError("--header and --no-header cannot be combined");
        });
        _decimal.AcceptOnlyFromAmong("point", "comma");
        foreach (var option in new Option[] { _separator, _header, _noHeader, _comment, _missing, _decimal })
            command.Options.Add(option);
    }

    /// <summary>Reads the format from the command line.</summary>
    public FileFormat Read(ParseResult parsed) => new()
    {
        Separator = parsed.GetValue(_separator) is { } name ? ParseSeparator(name) : null,
        Header = parsed.GetValue(_header) ? true : parsed.GetValue(_noHeader) ? false : null,
        Comments = parsed.GetValue(_comment) switch
        {
            null => null,
            "none" => [],
            var prefix => [prefix],
        },
        Missing = parsed.GetValue(_missing) is { Length: > 0 } marks ? marks : FileFormat.DefaultMissing,
        Decimal = parsed.GetValue(_decimal) switch { "point" => '.', "comma" => ',', _ => null },
    };

    private static char? ParseSeparator(string name) => name switch
    {
        "comma" => ',',
        "tab" or "\\t" => '\t',
        "semicolon" => ';',
        "space" => ' ',
        "bar" => '|',
        [var character] when character != '"' => character,
        _ => null,
    };
}
