using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace Alice.ML.Tests.Trainers;

/// <summary>What a user of ML.NET relies on in any trainer, for every trainer of Alice.ML.</summary>
[TestClass]
public class EstimatorContractTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void The_promised_schema_is_the_delivered_one(TaskCase task)
    {
        var data = Labelled(task, 100);
        var trainer = task.Trainer(_ml, _ => { });
        var promised = trainer.GetOutputSchema(SchemaShape.Create(data.Schema));
        var delivered = SchemaShape.Create(trainer.Fit(data).GetOutputSchema(data.Schema));
        CollectionAssert.AreEquivalent(promised.Select(c => c.Name).ToArray(), delivered.Select(c => c.Name).ToArray());
        foreach (var column in delivered)
        {
            Assert.IsTrue(promised.TryFindColumn(column.Name, out var other));
            Assert.AreEqual(column.Kind, other.Kind, column.Name);
            Assert.AreEqual(column.ItemType, other.ItemType, column.Name);
            Assert.AreEqual(column.IsKey, other.IsKey, column.Name);
            CollectionAssert.AreEquivalent(column.Annotations.Select(a => a.Name).ToArray(),
                other.Annotations.Select(a => a.Name).ToArray(), column.Name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void Saving_and_loading_keeps_schema_and_scores_bit_for_bit(TaskCase task)
    {
        var data = Labelled(task, 100);
        var model = task.Trainer(_ml, _ => { }).Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext().Model.Load(stream, out _);

        var (before, after) = (model.Transform(data), loaded.Transform(data));
        CollectionAssert.AreEqual(task.Scores(_ml, before), task.Scores(_ml, after));
        CollectionAssert.AreEqual(before.Schema.Select(Describe).ToArray(), after.Schema.Select(Describe).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void A_label_of_the_wrong_type_is_named(TaskCase task)
    {
        var data = _ml.Transforms.CustomMapping<DenseFeatures, TextLabel>((_, label) => label.Label = "a", null)
            .Fit(Example.View(_ml, Example.Smooth(10))).Transform(Example.View(_ml, Example.Smooth(10)));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => task.Trainer(_ml, _ => { }).Fit(data));
        StringAssert.StartsWith(error.Message, task.WrongLabelMessage);
    }

    [TestMethod]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void Sparse_features_give_the_same_model_as_dense_ones(TaskCase task)
    {
        var dense = Labelled(task, 100);
        var sparse = _ml.Transforms.CustomMapping<DenseFeatures, SparseFeatures>(
            (row, output) =>
                output.Features = new VBuffer<float>(Example.Inputs, Example.Inputs, row.Features, [0, 1, 2, 3]), null,
            null, SparseFeatures.Definition).Fit(dense).Transform(dense);
        CollectionAssert.AreEqual(Scores(task, dense), Scores(task, sparse));
    }

    [TestMethod]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void A_weight_of_k_equals_the_row_repeated_k_times(TaskCase task)
    {
        var rows = Example.Smooth(60);
        for (var i = 0; i < rows.Count; i++)
            rows[i].Weight = i % 3 + 1;
        var repeated = Labelled(task, rows.SelectMany(row => Enumerable.Repeat(row, (int)row.Weight)));
        var once = Labelled(task, rows);

        // One batch an epoch and one plan, so that both runs take the same steps; what is left is the rounding of sums
        // in another order.
        void Full(AliceTrainerOptions options) =>
            (options.BatchSize, options.NumberOfEpochs, options.NumericEncoding, options.WeightDecay, options.Dropout) =
            (1000, 60, NumericEncoding.None, 1, 0);
        var plain = task.Trainer(_ml, Full).Fit(repeated);
        var weighted = task.Trainer(_ml, options =>
        {
            Full(options);
            options.ExampleWeightColumnName = "Weight";
        }).Fit(once);
        var unweighted = task.Trainer(_ml, Full).Fit(once);

        var expected = task.Scores(_ml, plain.Transform(once));
        var difference = Largest(expected, task.Scores(_ml, weighted.Transform(once)));
        Assert.IsLessThan(5e-2f, difference);
        Assert.IsLessThan(Largest(expected, task.Scores(_ml, unweighted.Transform(once))), 3 * difference,
            "weights matter");
    }

    [TestMethod]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void The_seed_decides_the_model(TaskCase task)
    {
        var data = Labelled(task, 100);
        var trainer = task.Trainer(_ml, _ => { });
        var first = task.Scores(_ml, trainer.Fit(data).Transform(data));
        CollectionAssert.AreEqual(
            first, task.Scores(_ml, trainer.Fit(data).Transform(data)), "Fit twice on one trainer");
        CollectionAssert.AreEqual(first, Scores(task, data), "another trainer of the same seed");
        CollectionAssert.AreNotEqual(first, Scores(task, data, options => options.Seed = 2));
    }

    [TestMethod]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void Parallel_scoring_equals_serial_scoring(TaskCase task)
    {
        var data = Labelled(task, 3000);
        var scored = task.Trainer(_ml, options => options.NumberOfEpochs = 2).Fit(data).Transform(data);
        var column = scored.Schema["Score"];
        var serial = task.Scores(_ml, scored);
        var width = serial.Length / 3000;
        var parallel = new float[serial.Length];
        var cursors = scored.GetRowCursorSet([column], 4);
        Parallel.ForEach(cursors, cursor =>
        {
            using (cursor)
            {
                VBuffer<float> vector = default;
                float number = 0;
                var getId = cursor.GetIdGetter();
                DataViewRowId id = default;
                while (cursor.MoveNext())
                {
                    getId(ref id); // the row's number; Position counts within the cursor
                    var to = parallel.AsSpan((int)id.Low * width, width);
                    if (column.Type is VectorDataViewType)
                    {
                        cursor.GetGetter<VBuffer<float>>(column)(ref vector);
                        vector.CopyTo(to);
                    }
                    else
                    {
                        cursor.GetGetter<float>(column)(ref number);
                        to[0] = number;
                    }
                }
            }
        });
        CollectionAssert.AreEqual(serial, parallel);
    }

    [TestMethod]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void Trains_behind_a_cache_checkpoint_and_tells_OnFit(TaskCase task)
    {
        var data = Labelled(task, 100);
        ITransformer? told = null;
        var model = _ml.Transforms.NormalizeMinMax("Features")
            .AppendCacheCheckpoint(_ml)
            .Append(task.Trainer(_ml, _ => { }).WithOnFitDelegate(fitted => told = fitted))
            .Fit(data);
        Assert.IsNotNull(told);
        Assert.HasCount(100, model.Transform(data).GetColumn<float[]>("Features").ToArray());
    }

    [TestMethod]
    [DoNotParallelize]
    [DynamicData(nameof(TaskCase.EveryRow), typeof(TaskCase))]
    public void No_tensor_outlives_a_fit_that_ends_fails_or_is_cancelled(TaskCase task)
    {
        var data = Labelled(task, 100);
        void Validated(AliceTrainerOptions options) => options.ValidationFraction = 0.2;
        Scores(task, data, Validated);
        var before = LiveTensors.Count();
        Scores(task, data, Validated);
        Assert.AreEqual(before, torch.Tensor.TotalCount);

        Assert.ThrowsExactly<NotSupportedException>(() =>
            Scores(task, data, options => options.Progress = new Watcher(_ => throw new NotSupportedException())));
        Assert.AreEqual(before, torch.Tensor.TotalCount);

        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => Scores(task, data, options => options.CancellationToken = source.Token));
        Assert.AreEqual(before, torch.Tensor.TotalCount);
    }

    private IDataView Labelled(TaskCase task, int rows) => Labelled(task, Example.Smooth(rows));

    private IDataView Labelled(TaskCase task, IEnumerable<Example> rows) => task.Labelled(_ml, rows);

    private float[] Scores(TaskCase task, IDataView data, Action<AliceTrainerOptions>? change = null) =>
        task.Scores(_ml, task.Trainer(_ml, change ?? (_ => { })).Fit(data).Transform(data));

    private static float Largest(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    private static string Describe(DataViewSchema.Column column) =>
        $"{column.Name}: {column.Type}, "
            + $"{string.Join(", ", column.Annotations.Schema.Select(a => $"{a.Name}: {a.Type}"))}";

    private sealed class DenseFeatures
    {
        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = [];
    }

    private sealed class TextLabel
    {
        public string Label { get; set; } = "";
    }

    private sealed class SparseFeatures
    {
        public VBuffer<float> Features { get; set; }

        public static SchemaDefinition Definition
        {
            get
            {
                var definition = SchemaDefinition.Create(typeof(SparseFeatures));
                definition["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Example.Inputs);
                return definition;
            }
        }
    }
}
