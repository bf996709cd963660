using System.Text.RegularExpressions;
using System.Xml.Linq;
using Alice.ML.Benchmarks.Pictures;
using Alice.ML.Tests.Tool;
using Alice.ML.Tool.Report;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tests.Report;

/// <summary>The page holds what it should, whatever the data hold.</summary>
[TestClass]
public sealed class ReportPageTests
{
    [TestMethod]
    public void A_page_of_numbers_has_every_section_and_nothing_of_the_data_is_markup()
    {
        var page = Page(ReportExample.Regression(0.1, 0.9));
        string[] sections = ["How good it is", "Predicted against measured", "Errors against the most important",
            "Coverage of quantiles", "Which columns matter", "How predictions depend", "The 20 worst rows",
            "How it was learned", "Thin lines: the 2 networks", "What the loss looks like", "The table", "Settings",
            "LightGBM", "FastTree"];
        foreach (var section in sections)
            StringAssert.Contains(page, section);
        CheckMarkup(page);
        foreach (var color in new Func<PageStyle.Ink, string>[] { ink => ink.Light, ink => ink.Dark })
        {
            // As a file by itself: nothing of the page's style sheet is there.
            var picture = PictureCommand.Draw(page, ["Each row", "Error of each epoch"], "#ffffff", color);
            Assert.HasCount(3, XDocument.Parse(picture).Descendants(XName.Get("svg", "http://www.w3.org/2000/svg")));
            StringAssert.Contains(picture, $"\"{color(PageStyle.Series(0))}\"");
            Assert.DoesNotContain("var(", picture);
        }
        StringAssert.Contains(Assert.ThrowsExactly<UserException>(
            () => PictureCommand.Draw(page, ["None"], "#ffffff", ink => ink.Light)).Message,
            "no figure 'None'; its figures are Each row, Means of ten groups");
    }

    [TestMethod]
    public void Pages_of_classes_have_curves_thresholds_and_a_confusion_matrix()
    {
        var binary = Page(ReportExample.Binary());
        foreach (var text in new[] { "Reliability", "ROC", "Precision and recall", "Confusion matrix", "Thresholds" })
            StringAssert.Contains(binary, text);
        CheckMarkup(binary);
        var multiclass = Page(ReportExample.Multiclass());
        StringAssert.Contains(multiclass, "predicted small &amp; &lt;i&gt;cheap&lt;/i&gt;");
        CheckMarkup(multiclass);
    }

    [TestMethod]
    public void Write_makes_the_file_whole_and_says_what_is_wrong()
    {
        using var folder = new TemporaryFolder();
        var example = ReportExample.Regression();
        var path = folder.PathOf("report.html");
        AliceReport.Write(example.Model, example.Test, path, new() { LabelColumnName = example.Label });
        var page = File.ReadAllText(path);
        StringAssert.EndsWith(page.TrimEnd(), "</html>");
        StringAssert.Contains(page, "The report was given no training rows");

        var wrong = Assert.ThrowsExactly<ArgumentException>(() => AliceReport.Write(
            example.Model, example.Test, folder.PathOf("none.html"), new() { LabelColumnName = "Prise" }));
        StringAssert.Contains(wrong.Message, "no column 'Prise'; its columns are");
        Assert.IsFalse(File.Exists(folder.PathOf("none.html")));
        var few = Assert.ThrowsExactly<ArgumentException>(() => AliceReport.Write(
            example.Model, example.Test, path, new() { LabelColumnName = example.Label, MaximumRows = 3 }));
        StringAssert.Contains(few.Message, "MaximumRows");
    }

    [TestMethod]
    public void Of_many_rows_pictures_show_a_sample_and_say_so_and_axes_have_units()
    {
        var example = ReportExample.Regression();
        var page = AliceReport.Create(example.Model, example.Test,
            new() { LabelColumnName = example.Label, LabelUnit = "€", MaximumRows = 50 });
        StringAssert.Contains(page, "50 of the 200 rows, evenly spread.");
        StringAssert.Contains(page, "On 200 test rows");
        foreach (var axis in new[] { $"measured {example.Label}, €", "predicted, €", $"error of {example.Label}, €" })
            StringAssert.Contains(page, axis);
    }

    private static string Page(ReportExample example) => AliceReport.Create(example.Model, example.Test,
        new() { LabelColumnName = example.Label, TrainingData = example.Train, Remarks = ["<u>left out</u>"] });

    private static void CheckMarkup(string page)
    {
        foreach (var tag in new[] { "<script", "<b>", "<u>", "<i>", "<img", "<link rel=\"stylesheet" })
            Assert.DoesNotContain(tag, page);
        StringAssert.Contains(page, "&lt;script&gt;alert(");
        StringAssert.Contains(page, "&lt;b&gt;north&lt;/b&gt;");
        // Pictures follow the page's colours: none has one of its own.
        var pictures = Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline);
        Assert.IsGreaterThan(3, pictures.Count);
        foreach (Match picture in pictures)
            Assert.IsFalse(Regex.IsMatch(picture.Value, "(fill|stroke)=\"(#|rgb|black|white)"), picture.Value[..200]);
        Assert.IsFalse(Regex.IsMatch(page, "(src|href)=\"(http|//)|url\\(|@import"));
    }
}
