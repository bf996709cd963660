using Alice.ML.Tests.Tool;
using Alice.ML.Tool.Report;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Alice.ML.Tests.Report;

/// <summary>The page in a browser: Chromium, of Debian's package.</summary>
[TestClass]
public sealed class ReportBrowserTests
{
    private static readonly string[] _places = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

    // Boxes of text that cross, and what is wider than the page, where it cannot be scrolled by itself.
    private const string Faults = """
        () => {
          const faults = [], name = e => `${e.tagName} '${e.textContent.trim().slice(0, 40)}'`;
          if (document.documentElement.scrollWidth > innerWidth)
            faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
          const visible = [...document.querySelectorAll('h1,h2,h3,p,li,a,figcaption,svg,pre,.scroll')];
          for (const e of visible) {
            const box = e.getBoundingClientRect();
            if (box.right > innerWidth + 1 || box.left < -1) faults.push(`${name(e)} leaves the page`);
          }
          const cross = (elements, slack) => {
            const boxes = elements.map(e => [e, e.getBoundingClientRect()]).filter(b => b[1].width && b[1].height);
            for (let i = 0; i < boxes.length; i++)
              for (let j = i + 1; j < boxes.length; j++) {
                const [a, p] = boxes[i], [b, q] = boxes[j];
                if (a.contains(b) || b.contains(a)) continue;
                if (Math.min(p.right, q.right) - Math.max(p.left, q.left) > slack
                    && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > slack)
                  faults.push(`${name(a)} crosses ${name(b)}`);
              }
          };
          cross(visible, 1);
          for (const svg of document.querySelectorAll('svg')) {
            const texts = [...svg.querySelectorAll('text')], frame = svg.getBoundingClientRect();
            cross(texts, 1.5);
            for (const text of texts) {
              const box = text.getBoundingClientRect();
              if (box.left < frame.left - 2 || box.right > frame.right + 2
                  || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
                faults.push(`${name(text)} leaves its picture`);
            }
          }
          for (const table of document.querySelectorAll('table')) cross([...table.querySelectorAll('th,td')], 1);
          return faults;
        }
        """;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("regression")]
    [DataRow("binary")]
    [DataRow("multiclass")]
    public async Task The_page_loads_nothing_and_is_readable_on_a_phone_and_on_a_dark_screen(string task)
    {
        var browserPath = _places.FirstOrDefault(File.Exists) ?? throw new AssertInconclusiveException(
            $"There is no {string.Join(" or ", _places)} on this machine.");
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("report.html");
        var example = task == "regression" ? ReportExample.Regression(0.1, 0.9)
            : task == "binary" ? ReportExample.Binary() : ReportExample.Multiclass();
        AliceReport.Write(example.Model, example.Test, path, new()
        {
            LabelColumnName = example.Label,
            TrainingData = example.Train,
            Command = $"alice train {new string('x', 200)}.csv --label y --report report.html",
            Remarks = [$"column '{new string('n', 100)}' has the same value everywhere: ignored"],
        });

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = browserPath,
            Args = ["--no-sandbox"],
            Timeout = 180_000,
        });
        // Colors do not depend on the width, nor places on the scheme.
        await Check(browser, path, ColorScheme.Light, 360);
        await Check(browser, path, ColorScheme.Dark, 1440);
    }

    private static async Task Check(IBrowser browser, string path, ColorScheme scheme, int width)
    {
        await using var context = await browser.NewContextAsync(new()
        {
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = 900 },
        });
        context.SetDefaultTimeout(180_000);
        var page = await context.NewPageAsync();
        List<string> requests = [], messages = [];
        page.Request += (_, request) => requests.Add(request.Url);
        page.Console += (_, message) => messages.Add(message.Text);
        var address = new Uri(path).AbsoluteUri;
        await page.GotoAsync(address);
        CollectionAssert.AreEqual(new[] { address }, requests.Where(r => !r.StartsWith("data:")).ToArray());
        Assert.AreEqual("", string.Join('\n', messages));
        var faults = await page.EvaluateAsync<string[]>(Faults);
        Assert.AreEqual("", string.Join('\n', faults), $"{scheme}, {width} pixels");
        var axe = await page.RunAxe();
        Assert.AreEqual("", string.Join('\n', axe.Violations.Select(v => $"{v.Id}: {v.Help}: " +
            string.Join("; ", v.Nodes.Select(n => n.Html)))), $"{scheme}, {width} pixels");
        // What was checked holds contrast: a rule that was not run finds nothing.
        Assert.IsTrue(axe.Passes.Any(rule => rule.Id == "color-contrast"));
    }
}
