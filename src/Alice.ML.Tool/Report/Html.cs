using System.Net;
using System.Text;

namespace Alice.ML.Tool.Report;

/// <summary>A cell of a table.</summary>
/// <param name="Text">The text. It is escaped by the page.</param>
/// <param name="Mark">CSS class. "" for none.</param>
internal readonly record struct Cell(string Text, string Mark = "")
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>A picture with its texts.</summary>
/// <param name="Title">Text above.</param>
/// <param name="Svg">The picture, from <see cref="Picture"/>.</param>
/// <param name="Legend">Names of the colors, in order. Empty if there is one series.</param>
/// <param name="Caption">Text below. "" for none.</param>
internal sealed record Figure(string Title, string Svg, IReadOnlyList<(int Color, string Name)> Legend, string Caption);

/// <summary>The page, built section by section. All texts are escaped.</summary>
internal sealed class Html
{
    private readonly StringBuilder _body = new();
    private readonly List<(string Id, string Title)> _sections = [];

    /// <summary>Starts a section.</summary>
    public void Section(string id, string title, string about = "")
    {
        _body.Append(_sections.Count > 0 ? "</section>\n" : "")
            .Append($"<section id=\"{id}\"><h2>{Text(title)}</h2>\n");
        _sections.Add((id, title));
        Paragraph(about);
    }

    /// <summary>Adds a heading.</summary>
    public void Heading(string text) => _body.Append($"<h3>{Text(text)}</h3>\n");

    /// <summary>Adds a paragraph, or nothing if the text is empty.</summary>
    public void Paragraph(string text, string mark = "")
    {
        if (text != "")
            _body.Append($"<p{Class(mark)}>{Text(text)}</p>\n");
    }

    /// <summary>Adds a list.</summary>
    public void List(IEnumerable<string> items) =>
        _body.Append("<ul>").AppendJoin("", items.Select(i => $"<li>{Text(i)}</li>")).Append("</ul>\n");

    /// <summary>Adds text in a fixed-width font, such as a command.</summary>
    public void Code(string text) => _body.Append($"<pre tabindex=\"0\">{Text(text)}</pre>\n");

    /// <summary>Adds a table that scrolls on narrow pages.</summary>
    /// <param name="name">What it shows, for screen readers.</param>
    /// <param name="head">Names of the columns.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="texts">Number of text columns at the left. The others are right-aligned.</param>
    public void Table(string name, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<Cell>> rows, int texts = 1)
    {
        _body.Append($"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{Text(name)}\"><table><tr>");
        foreach (var (i, text) in head.Index())
            _body.Append($"<th scope=\"col\"{Class(i < texts ? "" : "number")}>{Text(text)}</th>");
        _body.Append("</tr>\n");
        foreach (var row in rows)
        {
            _body.Append("<tr>");
            foreach (var (i, cell) in row.Index())
            {
                var mark = Class($"{(i < texts ? "" : "number ")}{cell.Mark}".Trim());
                _body.Append(i == 0 ? $"<th scope=\"row\"{mark}>{Text(cell.Text)}</th>"
                    : $"<td{mark}>{Text(cell.Text)}</td>");
            }
            _body.Append("</tr>\n");
        }
        _body.Append("</table></div>\n");
    }

    /// <summary>Adds pictures side by side, as far as they fit.</summary>
    public void Figures(IEnumerable<Figure> figures)
    {
        _body.Append("<div class=\"figures\">");
        foreach (var figure in figures)
        {
            _body.Append($"<figure><figcaption>{Text(figure.Title)}</figcaption>{figure.Svg}");
            if (figure.Legend.Count > 0)
                _body.Append("<p class=\"legend\">").AppendJoin(" ", figure.Legend.Select(l =>
                    $"<span><i class=\"c{l.Color}\"></i>{Text(l.Name)}</span>")).Append("</p>");
            _body.Append(figure.Caption == "" ? "" : $"<p>{Text(figure.Caption)}</p>").Append("</figure>");
        }
        _body.Append("</div>\n");
    }

    // The browser must not load anything, whatever the data contains.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    /// <summary>The whole page.</summary>
    public string Page(string title, string about) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="{Policy}">
        <link rel="icon" href="data:,">
        <title>{Text(title)}</title>
        <style>
        {PageStyle.Sheet}
        </style>
        </head>
        <body>
        <header><h1>{Text(title)}</h1><p>{Text(about)}</p></header>
        <nav aria-label="Sections">{Links()}</nav>
        <main>
        {_body}</section>
        </main>
        </body>
        </html>

        """;

    private string Links() => string.Join(" ", _sections.Select(s => $"<a href=\"#{s.Id}\">{Text(s.Title)}</a>"));

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Class(string mark) => mark == "" ? "" : $" class=\"{mark}\"";
}
