using System.Collections.Concurrent;
using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

/// <summary>What holds for the models of every task.</summary>
[TestClass]
public class ModelContractTests
{
    private const int FeatureCount = 6;

    private readonly MLContext _context = new(seed: 1);
    private readonly IDataView _data;

    public ModelContractTests() =>
        _data = TestTasks.View(_context, TestModels.Rows(seed: 1, count: 100, FeatureCount), FeatureCount);

    // Every task and every activation once: one does not depend on the other in a file.
    public static IEnumerable<object[]> TasksAndActivations =>
        from activation in Enum.GetValues<Activation>()
        select new object[] { (TestTask)((int)activation % Enum.GetValues<TestTask>().Length), activation };

    public static IEnumerable<object[]> Tasks => Enum.GetValues<TestTask>().Select(task => new object[] { task });

    [TestMethod]
    [DynamicData(nameof(Tasks))]
    public void The_schema_that_is_promised_is_delivered(TestTask task)
    {
        var (model, _) = Model(task);
        CollectionAssert.AreEqual(
            TestTasks.Describe(model.GetOutputSchema(_data.Schema)), TestTasks.Describe(model.Transform(_data).Schema));
    }

    [TestMethod]
    [DynamicData(nameof(TasksAndActivations))]
    public void A_loaded_model_gives_the_same_schema_and_the_same_bits(TestTask task, Activation activation)
    {
        var (model, _) = Model(task, activation);
        var loaded = ModelFile.SaveAndLoad(_context, model, _data.Schema);
        CollectionAssert.AreEqual(
            TestTasks.Contents(model.Transform(_data)), TestTasks.Contents(loaded.Transform(_data)));
        Assert.AreEqual(TestTasks.Parameters(model).ToString(), TestTasks.Parameters(loaded).ToString());
    }

    [TestMethod]
    [DynamicData(nameof(Tasks))]
    public void Parallel_cursors_give_the_scores_of_a_serial_one(TestTask task)
    {
        var (model, _) = Model(task);
        var scored = model.Transform(_context.Data.Cache(_data));
        var serial = scored.Preview(int.MaxValue).RowView
            .Select(row => TestTasks.Text(row.Values.Single(v => v.Key == "Score").Value)).ToArray();
        var parallel = task == TestTask.Multiclass
            ? ParallelScores<VBuffer<float>>(scored)
            : ParallelScores<float>(scored);
        CollectionAssert.AreEqual(serial, parallel);
    }

    [TestMethod]
    [DynamicData(nameof(Tasks))]
    public void A_damaged_file_fails_with_what_is_wrong(TestTask task)
    {
        var (model, network) = Model(task);
        var bytes = ModelFile.Bytes(network);
        bytes[100] ^= 1;
        var cause = ModelFile.LoadEdited(_context, model, network, _data.Schema, bytes);
        StringAssert.StartsWith(cause.Message, "The network cannot be read: its checksum is ");
    }

    [TestMethod]
    [DynamicData(nameof(Tasks))]
    public void A_file_that_claims_more_weights_than_it_holds_fails_with_what_is_wrong(TestTask task)
    {
        var (model, network) = Model(task);
        var bytes = ModelFile.Bytes(network);
        bytes[21] = 1; // 6 + 256 features
        var cause = ModelFile.LoadEdited(_context, model, network, _data.Schema, bytes);
        StringAssert.Contains(cause.Message, "262-8-");
        StringAssert.EndsWith(cause.Message, " left: it is cut short or damaged.");
    }

    // A network of two inputs and two outputs has as many weights as one of five inputs and one output.
    [TestMethod]
    [DataRow(TestTask.Regression, 2, 2, 0, "The network has 2 outputs; a regression network has one.")]
    [DataRow(TestTask.Regression, 5, 1, 2, "A regression network has no softmax.")]
    [DataRow(TestTask.Binary, 2, 2, 0, "The network has 2 outputs; a binary network has one.")]
    [DataRow(TestTask.Binary, 5, 1, 1, "The score of a binary network is its sum: it has no output transform.")]
    [DataRow(TestTask.Multiclass, 5, 1, 2, "The network has 1 output; a multiclass network has one for each class.")]
    [DataRow(TestTask.Multiclass, 2, 2, 0, "A multiclass network ends in a softmax.")]
    public void A_network_of_another_task_is_refused(
        TestTask task, int inputs, int outputs, int transform, string message)
    {
        var other = new DenseNetwork([inputs, outputs], Activation.ReLU, new float[6], (OutputTransform)transform);
        var e = Assert.ThrowsExactly<ArgumentException>(
            () => TestTasks.Transformer(task, _context, other, _data.Schema));
        Assert.AreEqual($"{message} (Parameter 'ensemble')", e.Message);

        var network = task == TestTask.Multiclass
            ? new DenseNetwork([2, 2], Activation.ReLU, new float[6], OutputTransform.Softmax)
            : new DenseNetwork([5, 1], Activation.ReLU, new float[6]);
        var data = TestTasks.View(_context, TestModels.Rows(1, 1, network.InputCount), network.InputCount);
        var model = TestTasks.Transformer(task, _context, network, data.Schema);
        var cause = ModelFile.LoadEdited(_context, model, network, data.Schema, ModelFile.Bytes(other));
        Assert.AreEqual(message, cause.Message);
    }

    [TestMethod]
    [DynamicData(nameof(Tasks))]
    public void The_training_summary_is_not_saved(TestTask task)
    {
        var (model, _) = Model(task);
        var summary = new Alice.ML.Training.AliceTrainingSummary
        {
            Epochs = [],
            BestEpoch = 1,
            StopReason = Alice.ML.Training.StopReason.Finished,
            MetricName = "RMSE",
            TrainingRows = 1,
            ValidationRows = 0,
            BatchSize = 1,
            WeightDecays = [0],
            NumericEncodings = [Alice.ML.Trainers.NumericEncoding.None],
            Restarts = 0,
            Device = "cpu",
            Seed = 1,
            Seconds = 1,
        };
        var property = TestTasks.Parameters(model).GetType().GetProperty("TrainingSummary")!;
        property.SetValue(TestTasks.Parameters(model), summary);
        var loaded = ModelFile.SaveAndLoad(_context, model, _data.Schema);
        Assert.AreSame(summary, property.GetValue(TestTasks.Parameters(model)));
        Assert.IsNull(property.GetValue(TestTasks.Parameters(loaded)));
    }

    private (ITransformer Model, DenseNetwork Network) Model(TestTask task, Activation activation = Activation.ReLU)
    {
        var network = TestTasks.Network(task, activation, seed: 2, FeatureCount, 8, 5);
        return (TestTasks.Transformer(task, _context, network, _data.Schema), network);
    }

    private static string[] ParallelScores<T>(IDataView scored)
    {
        var column = scored.Schema["Score"];
        var found = new ConcurrentDictionary<long, string>();
        var cursors = scored.GetRowCursorSet([column, scored.Schema[nameof(Row.Features)]], 2);
        Parallel.ForEach(cursors, cursor =>
        {
            using (cursor)
            {
                var score = default(T)!;
                var getter = cursor.GetGetter<T>(column);
                var getId = cursor.GetIdGetter();
                DataViewRowId id = default;
                while (cursor.MoveNext())
                {
                    getter(ref score);
                    getId(ref id);
                    found[(long)id.Low] = TestTasks.Text(score!);
                }
            }
        });
        return [.. found.OrderBy(pair => pair.Key).Select(pair => pair.Value)];
    }
}
