using Alice.ML.Benchmarks.Quality;
using Alice.ML.Tool.Data;
using Microsoft.ML;
using Microsoft.ML.Trainers.LightGbm;

namespace Alice.ML.Tests.Benchmarks;

/// <summary>The settings of the searched rival are used, and judged on rows that do not train.</summary>
[TestClass]
public class TunedLightGbmTests
{
    private const int Rows = 400;
    private static readonly string[] _colours = ["red", "green", "blue", "white", "black", "grey"];

    [TestMethod]
    public void A_part_is_held_out_and_has_each_class_alike()
    {
        // Every tenth row is of the rarer class.
        var data = Read(row => row % 10 == 0 ? "yes" : "no");
        var held = data.HoldOut(parts: 5, seed: 1);
        Assert.HasCount(Rows / 5, held.Test);
        Assert.AreEqual(Rows / 50, held.Test.Count(row => row.IsPositive));
        CollectionAssert.AreEquivalent(data.Train.ToArray(), held.Train.Concat(held.Test).ToArray());
    }

    [TestMethod]
    [DataRow(null, false)]
    [DataRow(1.0, true)]
    public void Categories_are_split_by_sets_where_the_setting_smooths_them(double? smoothing, bool bySets)
    {
        var data = Read(row => (row % 6 is 1 or 4 or 5 ? 10.5 : 0.25 * (row % 7))
            .ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.IsTrue(data.HasCategories);
        var ml = new MLContext(1);
        var setting = new LightGbmSetting(4, 0.1, 10, 2, L1: 0, L2: 0, Features: 1, Rows: 1, smoothing);
        var view = data.TrainView(ml, withCategories: true);
        var model = (ISingleFeaturePredictionTransformer<LightGbmRegressionModelParameters>)
            LightGbmSetting.Trainer(setting, ml, data, seed: 1, threads: 1).Fit(view);
        var trees = model.Model.TrainedTreeEnsemble.Trees;
        Assert.HasCount(10, trees);
        Assert.AreEqual(bySets, trees.Any(tree => tree.CategoricalSplitFlags.Any(isSet => isSet)));
    }

    [TestMethod]
    public void Draws_come_from_the_seed_and_smooth_only_where_there_are_categories()
    {
        LightGbmSetting[] Draw(bool hasCategories)
        {
            var random = new Random(3);
            return [.. Enumerable.Range(0, 50).Select(_ => LightGbmSetting.Draw(random, hasCategories))];
        }

        CollectionAssert.AreEqual(Draw(true), Draw(true));
        Assert.IsTrue(Draw(true).Any(setting => setting.CategorySmoothing is not null));
        Assert.IsTrue(Draw(false).All(setting => setting.CategorySmoothing is null));
    }

    private static SplitData Read(Func<int, string> label)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path, Enumerable.Range(0, Rows)
                .Select(row => $"{_colours[row % 6]},{row % 7},{label(row)}").Prepend("colour,size,label"));
            var table = DelimitedFile.Read(path, new FileFormat());
            var labelled = new LabelledTable(
                table, 2, null)
            { AsText = new HashSet<int>(), Ignored = new HashSet<int>() };
            var target = labelled.InferTarget(table.AllRows, _ => { });
            var schema = labelled.InferSchema(table.AllRows, target, _ => { });
            var view = TableView.Create(table, table.AllRows, schema, withLabel: true);
            var labels = target.Read(table, table.AllRows, 2);
            return SplitData.Create(schema, view, labels, view, labels);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
