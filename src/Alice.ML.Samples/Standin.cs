namespace Alice.ML.Models { public enum Activation { ReLU, GELU, SiLU, Tanh } }
namespace Alice.ML.Training {
    public enum LearningRateSchedule { Constant, Drop, Cosine }
    public sealed record AliceEpoch { public int Epoch { get; init; } public int NumberOfEpochs { get; init; } public double TrainingLoss { get; init; } public double? ValidationLoss { get; init; } public double? ValidationMetric { get; init; } public double LearningRate { get; init; } public double Seconds { get; init; } public long GradientEvaluations { get; init; } }
}
namespace Alice.ML.Trainers {
    public static class AliceRegressionTrainer { public sealed class Options {
        public string LabelColumnName = "Label"; public string FeatureColumnName = "Features"; public int[] HiddenLayers = [64, 64]; public Alice.ML.Models.Activation Activation; public float Dropout; public int? NumberOfEpochs; public int? BatchSize; public double? LearningRate; public int? Seed; public string Device = "auto"; public int? NumberOfThreads; public IProgress<Alice.ML.Training.AliceEpoch>? Progress; } }
}
namespace Microsoft.ML {
    public static class StandIn { public static Microsoft.ML.Trainers.LightGbm.LightGbmRegressionTrainer Alice(this RegressionCatalog.RegressionTrainers t, global::Alice.ML.Trainers.AliceRegressionTrainer.Options o) {
        for (var i = 1; i <= 50; i++) { System.Threading.Thread.Sleep(5); o.Progress?.Report(new global::Alice.ML.Training.AliceEpoch { Epoch = i, NumberOfEpochs = 50, TrainingLoss = 0.03 / i + 0.0009, Seconds = i * 0.01 }); }
        return t.LightGbm(o.LabelColumnName, o.FeatureColumnName); } }
}
