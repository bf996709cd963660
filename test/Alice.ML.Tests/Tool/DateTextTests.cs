using System.Globalization;
using Alice.ML.Tool.Data;

namespace Alice.ML.Tests.Tool;

/// <summary>Dates as people write them, and columns of them.</summary>
[TestClass]
public sealed class DateTextTests
{
    private readonly List<string> _notes = [];

    [TestMethod]
    [DataRow("2025-2-3")]
    [DataRow("2025/2/3")]
    [DataRow("2025.2.3")]
    [DataRow("20250203")]
    [DataRow("2025-Feb-3")]
    [DataRow("3 Feb 2025")]
    [DataRow("3-Feb-2025")]
    [DataRow("3/Feb/2025")]
    [DataRow("3. Feb 2025")]
    [DataRow("3 February 2025")]
    [DataRow("3. February 2025")]
    [DataRow("3-Feb-25")]
    [DataRow("3 Feb 25")]
    [DataRow("03Feb2025")]
    [DataRow("Feb 3, 2025")]
    [DataRow("Feb 3 2025")]
    [DataRow("February 3, 2025")]
    [DataRow("February 3 2025")]
    [DataRow("Mon, 3 Feb 2025")]
    [DataRow("Mon Feb 3 2025")]
    [DataRow("  2025-02-03 ")]
    public void A_date_is_read_whatever_the_order_of_day_and_month(string text)
    {
        foreach (var dayFirst in new[] { true, false })
            Assert.AreEqual("2025-02-03T00:00:00", Read(text, dayFirst));
    }

    [TestMethod]
    [DataRow("2025-2")]
    [DataRow("2025/2")]
    [DataRow("2/2025")]
    [DataRow("Feb 2025")]
    [DataRow("February 2025")]
    [DataRow("Feb-2025")]
    [DataRow("Feb-25")]
    public void A_month_is_its_first_day(string text)
    {
        foreach (var dayFirst in new[] { true, false })
            Assert.AreEqual("2025-02-01T00:00:00", Read(text, dayFirst));
    }

    [TestMethod]
    [DataRow("3/2/2025")]
    [DataRow("3-2-2025")]
    [DataRow("3.2.2025")]
    [DataRow("3/2/25")]
    [DataRow("3-2-25")]
    [DataRow("3.2.25")]
    public void Day_and_month_come_in_the_given_order(string text)
    {
        Assert.AreEqual("2025-02-03T00:00:00", Read(text, dayFirst: true));
        Assert.AreEqual("2025-03-02T00:00:00", Read(text, dayFirst: false));
    }

    [TestMethod]
    [DataRow("2025-02-03 14:05", "2025-02-03T14:05:00")]
    [DataRow("2025-02-03T14:05:06", "2025-02-03T14:05:06")]
    [DataRow("2025-02-03, 14:05:06.25", "2025-02-03T14:05:06.25")]
    [DataRow("2025-02-03 14:05:06,25", "2025-02-03T14:05:06.25")]
    [DataRow("2025-02-03 2:05 PM", "2025-02-03T14:05:00")]
    [DataRow("2025-02-03 2:05:06 pm", "2025-02-03T14:05:06")]
    [DataRow("2025-02-03 2:05AM", "2025-02-03T02:05:00")]
    [DataRow("2025-02-03 2:05:06PM", "2025-02-03T14:05:06")]
    [DataRow("2025-02-03T14:05Z", "2025-02-03T14:05:00", DisplayName = "the zone is ignored")]
    [DataRow("2025-02-03T14:05:06.5+02:00", "2025-02-03T14:05:06.5")]
    [DataRow("2025-02-03 14:05 -0500", "2025-02-03T14:05:00")]
    [DataRow("2025-02-03 14:05 UTC", "2025-02-03T14:05:00")]
    [DataRow("Mon, 3 Feb 2025 14:05:06 GMT", "2025-02-03T14:05:06")]
    [DataRow("20250203 0:30", "2025-02-03T00:30:00")]
    [DataRow("7:30", "0001-01-01T07:30:00", DisplayName = "a time alone, four characters")]
    [DataRow("23:59:59", "0001-01-01T23:59:59")]
    [DataRow("7:30 PM", "0001-01-01T19:30:00")]
    [DataRow("2025-02-03 24:05", null)]
    [DataRow("2025-02-03 14:60", null)]
    [DataRow("2025-02-03 x14:05", null)]
    [DataRow("x 14:05", null)]
    [DataRow("x14:05", null)]
    [DataRow("2025-02-03 14:", null)]
    [DataRow(":2025", null)]
    [DataRow("2025-02-30", null)]
    [DataRow("2025-13-01", null)]
    [DataRow("20251301", null)]
    [DataRow("202502031", null)]
    [DataRow("Tue, 3 Feb 2025", null, DisplayName = "it was a Monday")]
    [DataRow("2025", null)]
    [DataRow("1.5", null)]
    [DataRow("February", null)]
    [DataRow("soon", null)]
    [DataRow("", null)]
    public void A_time_may_follow_or_stand_alone(string text, string? expected) =>
        Assert.AreEqual(expected, Read(text, dayFirst: true));

    [TestMethod]
    [DataRow(40, true)]
    [DataRow(41, false)]
    public void A_text_of_up_to_40_characters_is_a_date(int length, bool expected) =>
        Assert.AreEqual(expected, new DateText(false).TryRead("3 February" + "2025".PadLeft(length - 10), out _));

    [TestMethod]
    public void The_formats_of_a_column_may_differ()
    {
        var text = new DateText(dayFirst: true);
        foreach (var field in new[] { "2025-02-03", "3.2.2025", "3.2.2025", "2025-02-03", "3 Feb 2025" })
        {
            Assert.IsTrue(text.TryRead(field, out var date), field);
            Assert.AreEqual(new DateTime(2025, 2, 3, 0, 0, 0, DateTimeKind.Unspecified), date);
        }
    }

    [TestMethod]
    [DataRow("20250131 20250201 20250202 20250203 20250204", true)]
    [DataRow("20250131 20250201  20250202 - 20250203 20250204", true, DisplayName = "with gaps")]
    [DataRow("19991231 20000101 20000102 20000103 20000103 20000104", true)]
    [DataRow("20250131 20250201 20250202 20250203 20250203", false, DisplayName = "four different")]
    [DataRow("20250131 20250201 20250202 20250203 20250204 20250230", false, DisplayName = "no such day")]
    [DataRow("20250131 20250201 20250202 20250203 20250204 2025020", false, DisplayName = "seven digits")]
    [DataRow("20250131 20250201 20250202 20250203 20250204 30250204", false, DisplayName = "the year 3025")]
    [DataRow("20250131 20250201 20250202 20250203 20250204 21250204", false, DisplayName = "the year 2125")]
    [DataRow("12345678 12345679 12345680 12345681 12345682", false)]
    public void Eight_digits_are_dates_where_all_are_and_five_differ(string fields, bool expected)
    {
        var table = Column(fields.Split(' '));
        Assert.AreEqual(expected, DateColumn.AreCompact(table, table.AllRows, 0));
    }

    [TestMethod]
    [DataRow("2/15/2025|2/16/2025", false, "", DisplayName = "one order only")]
    [DataRow("15/2/2025|16/2/2025", true, "")]
    [DataRow("2/15/2025|2/3/2025", false, "")]
    [DataRow("15/2/2025|2/3/2025", true, "")]
    [DataRow("2025-02-03|2025-02-04", false, "")]
    [DataRow("3/3/2025|4/4/2025", false, "", DisplayName = "the same day in either order")]
    [DataRow("3/4/2025|5/6/2025", false,
        "column 'when': every day and month could be the other; read as month first, so one is 2025-03-04 "
        + "(--dates dmy reads them otherwise)")]
    [DataRow("3.4.2025|5.6.2025", true,
        "column 'when': every day and month could be the other; read as day first, so one is 2025-04-03 "
        + "(--dates mdy reads them otherwise)")]
    [DataRow("2025-02-03|13.4.2025|3.4.2025", true, "")]
    [DataRow("2025-02-03|2/4/2025|03.04.2025", true,
        "column 'when': every day and month could be the other; read as day first, so one is 2025-04-02 "
        + "(--dates mdy reads them otherwise)", DisplayName = "one with points")]
    [DataRow("7:30|8:15", false, "")]
    public void The_order_of_day_and_month_is_found(string fields, bool dayFirst, string note)
    {
        Assert.AreEqual(dayFirst, Examine(fields)!.DayFirst);
        Assert.AreEqual(note, string.Join('\n', _notes));
    }

    [TestMethod]
    public void Other_columns_with_decimal_commas_put_the_day_first_and_the_option_wins()
    {
        var table = new Table("t.csv", ["when", "x"], true, ';', [new(2, ["3/4/2025", "1,5"])]);
        Assert.IsTrue(DateColumn.Examine(table, [0], 0, _notes.Add)!.DayFirst);
        Assert.HasCount(1, _notes);
        foreach (var (given, month) in new[] { (true, 4), (false, 3) })
        {
            var asked = table with { Format = new FileFormat { DayFirst = given } };
            var found = DateColumn.Examine(asked, [0], 0, Assert.Fail)!;
            Assert.AreEqual((given, month), (found.DayFirst, found.Origin.Month));
        }
    }

    [TestMethod]
    [DataRow(19, 1, true)]
    [DataRow(38, 2, true)]
    [DataRow(37, 2, false)]
    [DataRow(0, 3, false)]
    public void A_column_of_at_least_95_percent_dates_holds_dates(int dates, int others, bool expected)
    {
        var fields = Enumerable.Range(0, dates).Select(i => $"2025-{i % 12 + 1}-{i % 28 + 1}")
            .Concat(Enumerable.Repeat("soon", others)).Append("").Append("-");
        var found = Examine(string.Join('|', fields));
        Assert.AreEqual(expected, found is not null);
        Assert.AreEqual(expected ? others + 2 : (int?)null, found?.Missing, "texts and gaps");
        Assert.AreEqual(expected
            ? $"column 'when': {others} of {dates + others} values {(others == 1 ? "is no date" : "are no dates")}: "
            + $"taken as missing" : "",
            string.Join('\n', _notes));
    }

    [TestMethod]
    [DataRow("2/15/2025", DisplayName = "month first")]
    [DataRow("15/2/2025", DisplayName = "day first")]
    public void A_hundred_fields_without_a_date_are_enough_to_see_that_there_is_none(string date)
    {
        var dates = Enumerable.Repeat(date, 2000).ToArray();
        Assert.IsNotNull(Examine(string.Join('|', Enumerable.Repeat("soon", 99).Concat(dates))));
        Assert.IsNull(Examine(string.Join('|', Enumerable.Repeat("soon", 100).Concat(dates))));
    }

    [TestMethod]
    [DataRow("2025-02-03|2025-02-04", "time day weekday", DisplayName = "parts that vary")]
    [DataRow("2025-02-07|2025-02-08", "time day weekday weekend", DisplayName = "Friday and Saturday")]
    [DataRow("2025-02-08|2025-02-09", "time day weekday", DisplayName = "Saturday and Sunday")]
    [DataRow("2024-02-05|2025-02-05", "time year weekday")]
    [DataRow("2025-02-03 7:00|2025-02-03 7:12", "time hour")]
    [DataRow("7:00|7:12", "hour", DisplayName = "times without a date")]
    [DataRow("2025-02-03|2025-02-03", "")]
    public void The_parts_that_vary_are_features(string fields, string parts) =>
        Assert.AreEqual(parts, string.Join(' ', Examine(fields)!.Parts));

    [TestMethod]
    public void The_parts_of_a_date_are_numbers()
    {
        var found = new DateColumn(DayFirst: true, new DateTime(2025, 1, 31, 0, 0, 0, DateTimeKind.Unspecified), 0,
            ["time", "year", "month", "day", "weekday", "weekend", "hour"]);
        // A Friday, a Saturday, a Sunday, a Monday.
        var parts = found.Read(["31.1.2025", "1.2.2025 6:00", "2.2.2025", "6.1.2025 18:45", "soon"]);
        Assert.AreEqual("0 1.25 2 -24.21875 NaN", Row(0));
        Assert.AreEqual("2025 2025 2025 2025 NaN", Row(1));
        Assert.AreEqual("1 2 2 1 NaN", Row(2));
        Assert.AreEqual("31 1 2 6 NaN", Row(3));
        Assert.AreEqual("5 6 7 1 NaN", Row(4));
        Assert.AreEqual("0 1 1 0 NaN", Row(5));
        Assert.AreEqual("0 6 0 18.75 NaN", Row(6));

        string Row(int part) => string.Join(' ', parts[part].Select(v => v.ToString(CultureInfo.InvariantCulture)));
    }

    [TestMethod]
    public void Time_begins_with_the_day_of_the_first_date()
    {
        var found = Examine("2025-02-03 12:00|2025-01-31 18:00|2025-02-01 6:00")!;
        Assert.AreEqual(new DateTime(2025, 1, 31, 0, 0, 0, DateTimeKind.Unspecified), found.Origin);
    }

    private static string? Read(string text, bool dayFirst) => new DateText(dayFirst).TryRead(text, out var date)
        ? date.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) : null;

    private DateColumn? Examine(string fields)
    {
        var table = Column(fields.Split('|'));
        return DateColumn.Examine(table, table.AllRows, 0, _notes.Add);
    }

    private static Table Column(params string[] fields) =>
        new("t.csv", ["when"], true, ',', [.. fields.Select((field, i) => new Record(i + 2, [field]))]);
}
