using Alice.ML.Tool.Data;

namespace Alice.ML.Tests.Tool;

/// <summary>Columns that tell the label by themselves.</summary>
[TestClass]
public sealed class TelltaleTests
{
    [TestMethod]
    [DataRow(20, 0, 0, true, DisplayName = "ten rows of each value")]
    [DataRow(19, 0, 0, false, DisplayName = "fewer")]
    [DataRow(200, 1, 0, true, DisplayName = "1 % of the errors is left")]
    [DataRow(200, 2, 0, false)]
    [DataRow(200, 1, 1, false, DisplayName = "in two values")]
    public void A_value_that_tells_the_class_is_named(int rows, int wrongOfFirst, int wrongOfSecond, bool isNamed)
    {
        // The first half is of class 0; text and number say so, but for the first rows of each half.
        bool Says(int i) => i < rows / 2 ? i >= wrongOfFirst : i - rows / 2 < wrongOfSecond;
        var table = new Table("t.csv", ["n", "t", "noise", "y"], true, ',', [.. Enumerable.Range(0, rows).Select(i =>
            new Record(i + 2, [Says(i) ? "7" : "9.5", Says(i) ? "in" : "out", $"{i % 2}", i < rows / 2 ? "a" : "b"]))]);
        var named = Telling(table, new Target(TaskKind.Binary, ["a", "b"]));
        Assert.AreEqual(isNamed ? "column 'n' tells y almost by itself: leave it out (--ignore 'n') if it is not known "
            + "before y is\ncolumn 't' tells y almost by itself: leave it out (--ignore 't') if it is not known "
            + "before y is"
            : "", named);
        Assert.AreEqual("", Telling(table with { Records = [.. table.Records.Take(rows / 2)] },
            new Target(TaskKind.Binary, ["a", "b"])), "one class");
    }

    [TestMethod]
    [DataRow(10, 0, true)]
    [DataRow(9, 0, false, DisplayName = "fewer than ten rows")]
    [DataRow(12, 0.0098, true, DisplayName = "less than 1e-4 of the variance is left")]
    [DataRow(12, 0.0102, false)]
    public void A_number_that_tells_the_label_is_named(int rows, double noise, bool isNamed)
    {
        // Noise that is orthogonal to the values.
        double Value(int i) => i / 2 % 2 == 0 ? 1 : -1;
        double Noise(int i) => i % 2 == 0 ? noise : -noise;
        var table = new Table("t.csv", ["n", "gap", "same", "t", "y"], true, ',',
            [.. Enumerable.Range(0, rows).Select(i =>
            new Record(i + 2, [$"{5 + 2 * Value(i)}", i == 3 ? "" : $"{i % 3}", "4", $"{Value(i) > 0}",
                $"{3 - Value(i) + Noise(i)}"]))]);
        Assert.AreEqual(isNamed ? "column 'n' tells y almost by itself: leave it out (--ignore 'n') if it is not known "
            + "before y is" : "", Telling(table, Target.Number));
        Assert.AreEqual("", Telling(table with
        {
            Records = [.. table.Records.Select(r => r with { Fields = [.. r.Fields[..4], "3"] })],
        }, Target.Number), "one label");
    }

    private static string Telling(Table table, Target target)
    {
        var schema = new TableSchema([.. table.Names.Select(name => new ColumnSchema(name,
            name == "y" ? ColumnKind.Label : name == "t" ? ColumnKind.Text : ColumnKind.Number))],
            true)
        { Target = target };
        var (view, labels) = LabelledTable.Read(table, table.AllRows, schema, _ => { });
        var notes = new List<string>();
        Telltale.Note(schema, view, labels, notes.Add);
        return string.Join('\n', notes);
    }
}
