using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class RowSplitTests
{
    [TestMethod]
    [DataRow("100", 0.2, "20")]
    [DataRow("100", 0, "1", DisplayName = "at least one row tests")]
    [DataRow("100", 1, "99", DisplayName = "and one trains")]
    [DataRow("2", 0.2, "1")]
    [DataRow("10 10 80", 0.2, "2 2 16")]
    [DataRow("7 3", 0.3, "2 1")]
    [DataRow("11 6 3", 0.25, "3 1 1", DisplayName = "rows that remain go where rounding took most")]
    [DataRow("3 6 11", 0.25, "1 1 3")]
    [DataRow("6 1", 0.5, "4 0", DisplayName = "no class is taken whole")]
    [DataRow("10 1", 0.2, "2 0", DisplayName = "a class of one row trains")]
    [DataRow("100 2", 0.1, "9 1", DisplayName = "a rare class has a test row")]
    [DataRow("2 100", 0.1, "1 9")]
    [DataRow("7 2", 0.22, "1 1")]
    [DataRow("2 40 2 3", 0.1, "1 2 1 1")]
    public void A_split_holds_the_share_of_each_class(string sizes, double share, string tests)
    {
        float[] classes =
            [.. sizes.Split(' ').Index().SelectMany(c => Enumerable.Repeat((float)c.Index, int.Parse(c.Item)))];
        int[] rows = [.. Enumerable.Range(100, classes.Length)];
        for (var seed = 1; seed <= 5; seed++)
        {
            var split = RowSplit.Random(rows, classes, share, seed);
            Assert.AreEqual(tests, string.Join(' ',
                sizes.Split(' ').Select((_, c) => split.Test.Count(row => classes[row - 100] == c))));
            CollectionAssert.AreEqual(rows.Except(split.Test).ToArray(), split.Train, "in order");
            CollectionAssert.AreEqual(split.Test.Order().ToArray(), split.Test);
        }
    }

    [TestMethod]
    public void With_fewer_test_rows_than_classes_some_have_one()
    {
        var split = RowSplit.Random([0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 2, 2], 0.2, seed: 1);
        Assert.HasCount(1, split.Test);
        Assert.AreEqual("1 row cannot be split into training and test rows; give --test",
            Assert.ThrowsExactly<UserException>(() => RowSplit.Random(1, 0.2, seed: 1)).Message);
    }

    [TestMethod]
    public void Folds_of_numbers_are_random_and_test_every_row_once()
    {
        int[] rows = [.. Enumerable.Range(100, 11)];
        var folds = RowSplit.Folds(rows, null, 3, seed: 1);
        CollectionAssert.AreEqual(new[] { 4, 4, 3 }, folds.Select(f => f.Test.Length).ToArray());
        foreach (var fold in folds)
        {
            CollectionAssert.AreEqual(fold.Test.Order().ToArray(), fold.Test);
            CollectionAssert.AreEqual(rows.Except(fold.Test).ToArray(), fold.Train);
        }
        CollectionAssert.AreEquivalent(rows, folds.SelectMany(f => f.Test).ToArray());
        CollectionAssert.AreNotEqual(new[] { 100, 103, 106, 109 }, folds[0].Test, "not every third row");
        Assert.IsTrue(RowSplit.Folds(rows, null, 11, seed: 1).All(f => f.Test.Length == 1), "as many folds as rows");
    }

    [TestMethod]
    [DataRow("0", 0, "0 | 1 2 3")]
    [DataRow("3,1, 1\n \n\n0\n", 0, "1 3 | 0 2")]
    [DataRow("3,1\n \n\n0\n", 1, "0 | 1 2 3", DisplayName = "blank lines are no folds")]
    [DataRow("3,1\n0\n", 2, "--fold 2: F has 2 folds, numbered from 0")]
    [DataRow("1,4", 0, "F, fold 0: '4' is not a row number from 0 to 3")]
    [DataRow("-1", 0, "F, fold 0: '-1' is not a row number from 0 to 3")]
    [DataRow("1, x ", 0, "F, fold 0: 'x' is not a row number from 0 to 3")]
    [DataRow("1,", 0, "F, fold 0: '' is not a row number from 0 to 3")]
    [DataRow("0\n3,2,1,0", 1, "F, fold 1 names every row, so none is left to train on")]
    public void Folds_come_from_a_file(string text, int fold, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("folds.csv", text);
        string found;
        try
        {
            var split = RowSplit.FromFile(path, fold, 4);
            found = $"{string.Join(' ', split.Test)} | {string.Join(' ', split.Train)}";
        }
        catch (UserException e)
        {
            found = e.Message.Replace(path, "F");
        }
        Assert.AreEqual(expected, found);
        Assert.AreEqual("absent.csv does not exist",
            Assert.ThrowsExactly<UserException>(() => RowSplit.FromFile("absent.csv", 0, 4)).Message);
    }
}
