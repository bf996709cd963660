using System.Diagnostics;
using System.Runtime.InteropServices;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace Alice.ML.Samples;

/// <summary>Three trainers learn the distance of a simulated robot arm's hand from a point, and are compared.</summary>
internal sealed class RobotArm
{
    private const string Label = nameof(ArmReading.Distance), Features = nameof(ArmReading.Angles);
    private readonly MLContext _ml;
    private readonly TextWriter _output;
    private readonly ArmReading[] _testReadings;

    /// <summary>Simulates the readings; a quarter of them test.</summary>
    public RobotArm(MLContext ml, int rows, int seed, TextWriter output)
    {
        (_ml, _output) = (ml, output);
        var readings = Arm.Simulate(rows, seed);
        _testReadings = readings[..(rows / 4)];
        Training = _ml.Data.LoadFromEnumerable(readings[(rows / 4)..]);
        Testing = _ml.Data.LoadFromEnumerable(_testReadings);
        output.WriteLine($"Robot arm with {Arm.Joints} joints: from their angles to the distance of the hand, in m.");
        output.WriteLine($"{rows - rows / 4} readings train, {rows / 4} test. The sensor's noise has a standard " +
            $"deviation of {Arm.NoiseStandardDeviation} m: no model can have a smaller RMSE.");
    }

    public IDataView Training { get; }
    public IDataView Testing { get; }

    /// <summary>A trainer, what it made and how good that is.</summary>
    public sealed record Result(string Name, ITransformer Model, RegressionMetrics Metrics, double Seconds);

    /// <summary>Whether LightGBM's native library is here and loads.</summary>
    public static bool HasLightGbm =>
        NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmRegressionTrainer).Assembly, null, out _);

    /// <summary>Trains Alice; the epochs of the training come with the model.</summary>
    public (Result Result, IReadOnlyList<AliceEpoch> Epochs) TrainAlice(AliceRegressionTrainer.Options options)
    {
        (options.LabelColumnName, options.FeatureColumnName) = (Label, Features);
        var result = Train("Alice", _ml.Regression.Trainers.Alice(options));
        var model = ((RegressionPredictionTransformer<Models.AliceRegressionModelParameters>)result.Model).Model;
        return (result, model.TrainingSummary!.Epochs);
    }

    /// <summary>Trains the others, with their defaults.</summary>
    public IEnumerable<Result> TrainRivals()
    {
        if (HasLightGbm)
            yield return Train("LightGBM", _ml.Regression.Trainers.LightGbm(Label, Features));
        yield return Train("linear regression (SDCA)",
            _ml.Transforms.NormalizeMeanVariance(Features).Append(_ml.Regression.Trainers.Sdca(Label, Features)));
    }

    /// <summary>One line for each trainer.</summary>
    public void WriteTable(IEnumerable<Result> results)
    {
        _output.WriteLine($"{"trainer",-26}{"test RMSE, m",14}{"test R²",9}{"training, s",13}");
        foreach (var (name, _, metrics, seconds) in results)
            _output.WriteLine($"{name,-26}{metrics.RootMeanSquaredError,14:F4}{metrics.RSquared,9:F3}{seconds,13:F1}");
    }

    /// <summary>Saves a model with what it needs to know of its input.</summary>
    public void Save(Result result, Stream stream) => _ml.Model.Save(result.Model, Training.Schema, stream);

    /// <summary>The file alone is enough: a new context reads it and predicts.</summary>
    public void ShowReloaded(string path)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(path, out _);
        var scores = model.Transform(_ml.Data.LoadFromEnumerable(_testReadings.Take(4))).GetColumn<float>("Score");
        _output.WriteLine($"Loaded {path} again; its predictions for the first test readings:");
        foreach (var (reading, score) in _testReadings.Zip(scores))
            _output.WriteLine($"  measured {reading.Distance:F3} m, predicted {score:F3} m");
    }

    private Result Train(string name, IEstimator<ITransformer> trainer)
    {
        var stopwatch = Stopwatch.StartNew();
        var model = trainer.Fit(Training);
        var seconds = stopwatch.Elapsed.TotalSeconds;
        return new Result(name, model, _ml.Regression.Evaluate(model.Transform(Testing), Label), seconds);
    }
}
