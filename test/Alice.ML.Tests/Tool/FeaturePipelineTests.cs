using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class FeaturePipelineTests
{
    [TestMethod]
    public void Numbers_stay_as_they_are_missing_ones_NaN_and_texts_get_a_slot_each()
    {
        var rows = Features("n,t,y", "1,red,1", "?,blue,2", "5,red,3", "3,,4");
        // n, red, blue
        Assert.AreEqual("1 1 0", rows[0]);
        Assert.AreEqual("NaN 0 1", rows[1], "the trainer knows missing numbers");
        Assert.AreEqual("5 1 0", rows[2]);
        Assert.AreEqual("3 0 0", rows[3], "no text, no slot");
    }

    [TestMethod]
    public void A_new_file_may_hold_gaps_and_texts_that_training_did_not()
    {
        var (ml, folder) = (new MLContext(1), new TemporaryFolder());
        using (folder)
        {
            var train = Read(folder, "n,t,y", "1,red,1", "2,blue,2", "6,red,3");
            var schema = new SchemaInference(train, train.AllRows, Assert.Fail).Infer(2);
            var columns = FeaturePipeline.Fit(
                ml, schema, TableView.Create(train, train.AllRows, schema, withLabel: true), seed: 1);
            var table = Read(folder, "n,t", "?,green", "4,blue");
            var view = columns.Transforms.Transform(TableView.Create(table, table.AllRows, schema, withLabel: false));
            CollectionAssert.AreEqual(new[] { "NaN 0 0", "4 0 1" },
                view.GetColumn<float[]>(columns.Features).Select(row => string.Join(' ', row)).ToArray());
        }
    }

    [TestMethod]
    public void A_column_named_Features_or_Score_is_a_column_like_any_other()
    {
        var rows = Features("Features,Score,y", "1,2,1", "3,4,2");
        CollectionAssert.AreEqual(new[] { "1 2", "3 4" }, rows);
    }

    [TestMethod]
    public void Texts_of_many_values_are_encoded_out_of_fold_for_training_and_by_all_rows_for_others()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        var table = Read(folder, [.. Enumerable.Range(0, 300).Select(i => $"item{i / 2},{i / 2}").Prepend("t,y")]);
        var schema = new SchemaInference(table, table.AllRows, _ => { }).Infer(1);
        var view = TableView.Create(table, table.AllRows, schema, withLabel: true);
        var columns = FeaturePipeline.Fit(ml, schema, view, seed: 1);
        float[][] training = [.. columns.Training.GetColumn<float[]>(columns.Features)];
        float[][] others = [.. columns.Transforms.Transform(view).GetColumn<float[]>(columns.Features)];
        Assert.HasCount(2, training[0], "what the labels of an item have in common, and its count");
        Assert.IsTrue(others.All(row => row[1] == MathF.Log(3)), "two rows of each item");
        for (var i = 0; i < 300; i += 2)
        {
            CollectionAssert.AreEqual(others[i], others[i + 1]);
            Assert.AreEqual(i / 2 - 74.5f, others[i][0], 1e-3f);
            // One in ten folds holds both rows; else each has the other, in nine of ten folds.
            Assert.AreEqual(training[i][1], training[i + 1][1]);
            Assert.AreEqual(training[i][1] == 0 ? 0 : Math.Log(1 + 10 / 9.0), training[i][1], 1e-6);
        }
        Assert.IsGreaterThan(200, training.Count(row => row[1] > 0));

        // The other trainers of a report get the rows that the network was trained on.
        var settings = new NetworkSettings
        {
            NumberOfEpochs = 1,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
        };
        var fitted = TableTask.For(schema).Fit(ml, view, null, settings, new Progress<AliceProgress>(), default);
        float[][] handedOn = [.. fitted.Training.GetColumn<float[]>(columns.Features)];
        CollectionAssert.AreEqual(training.SelectMany(row => row).ToArray(), handedOn.SelectMany(row => row).ToArray());
    }

    private static string[] Features(params string[] lines)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        var table = Read(folder, lines);
        var schema = new SchemaInference(table, table.AllRows, Assert.Fail).Infer(table.Names.Count - 1);
        var view = TableView.Create(table, table.AllRows, schema, withLabel: true);
        var columns = FeaturePipeline.Fit(ml, schema, view, seed: 1);
        return [.. columns.Training.GetColumn<float[]>(columns.Features).Select(row => string.Join(' ', row))];
    }

    private static Table Read(TemporaryFolder folder, params string[] lines) =>
        DelimitedFile.Read(folder.Write("t.csv", string.Join('\n', lines)), new FileFormat());
}
