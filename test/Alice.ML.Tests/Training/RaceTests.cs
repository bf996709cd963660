using Alice.ML.Trainers;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Data;
using Alice.ML.Training.Fit;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training;

/// <summary>What the choosing of plans does with networks that cannot be trained.</summary>
[TestClass]
public class RaceTests
{
    private const int Rows = 100;

    // A decay above 2 / learning rate turns every weight around and makes it larger, step after step.
    private const double ExplodingDecay = 1e9;

    [TestMethod]
    [DataRow(0.0, ExplodingDecay, true)]
    [DataRow(ExplodingDecay, 1.0, true)]
    [DataRow(ExplodingDecay, 1.0, false)]
    [DataRow(ExplodingDecay, 1.0, false, true)]
    public void A_plan_that_diverges_loses_and_is_told_of(
        double first, double second, bool usesKernels, bool stacks = false)
    {
        var ml = new MLContext(seed: 1);
        var warnings = new List<string>();
        ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
        };
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, Rows).Select(_ => random.NextSingle())];
        var data = new TrainingData(new DenseFeatures(values, 1), [.. values], null, 0, Rows);
        var preparation = data.Features.Scale(data, new ColumnReport(_ => ""));
        (data, _) = TrainingData.Prepare(data, null, preparation);
        var common = Standardization.Identity(1);
        using var source = data.Features.Open(Rows, common, CPU);
        var task = new LearningTask(
            new SquaredObjective(), 1, Standardization.Identity(1), Standardization.Identity(1));
        var settings = TestSettings.Of(batchSize: 64) with
        {
            LearningRate = 3e-3,
            NumberOfEpochs = 40,
            WeightDecays = [first, second],
            Workers = 2,
            UsesKernels = usesKernels,
            StacksOnCpu = stacks,
        };
        var options = new AliceRegressionTrainer.Options
        {
            NumberOfNetworks = 2,
            NumericEncoding = NumericEncoding.None
        };
        var rows = new ScaledRows
        {
            Task = task,
            Initial = null,
            IsText = false,
            Preparation = preparation,
            Common = common,
            Background = BackgroundRows.Draw(data, 0, 1),
            Rows = new TrainingRows(new RowSet(data, source), null),
        };
        var ensemble = new EnsemblePlan(options, rows, settings);
        using var channel = ((IChannelProvider)ml).Start("test");
        var fit = new FitContext(options, channel, new RunClock())
        {
            Seed = 1,
            Label = default,
            Feature = default,
            IsCancelled = () => false,
        };
        var (members, _) = new PlanChoice(fit, rows, ensemble, settings).Make();
        foreach (var member in members)
            member.Dispose();

        Assert.HasCount(2, members);
        Assert.IsTrue(members.All(member => member.Plan.WeightDecay == Math.Min(first, second)));
        Assert.IsNotEmpty(warnings);
        Assert.IsTrue(
            warnings.All(warning => warning.Contains("weight decay 1000000000") && warning.Contains("diverged")));
    }
}
