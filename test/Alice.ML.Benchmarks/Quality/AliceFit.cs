using Alice.ML.Models.Networks;
using Alice.ML.Tool.Data;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>A model of Alice, and the settings that its fit ended up with.</summary>
internal sealed class AliceFit
{
    private AliceFit(ITransformer model, NetworkEnsemble networks, AliceTrainingSummary summary,
        AliceTrainerOptions options)
    {
        Model = model;
        Estimate = summary.Estimate;
        Adam = new AdamSettings(
            networks, [.. networks.Members.Select((member, index) => Plan(member, index, summary, options))],
            networks.Members[0].Network.Activation,
            summary.BatchSize, options.NumberOfThreads, summary.Seed);
    }

    public ITransformer Model { get; }

    /// <summary>The error that the fit expects on new rows; null where it compared no plans.</summary>
    public AliceEstimate? Estimate { get; }

    /// <summary>The same for the hand-written Adam network. All that a fit chooses by itself is handed on
    /// here.</summary>
    public AdamSettings Adam { get; }

    /// <param name="ml">Where to train.</param>
    /// <param name="data">The rows.</param>
    /// <param name="train">The training rows as ML.NET takes them.</param>
    /// <param name="seed">Seed of the fit.</param>
    /// <param name="change">Changes options from their defaults; null: nothing.</param>
    public static AliceFit Train(
        MLContext ml, SplitData data, IDataView train, int seed, Action<AliceTrainerOptions>? change = null)
    {
        switch (data.Task)
        {
            case TaskKind.Binary:
                var binary = Options(new AliceBinaryTrainer.Options());
                var classes = ml.BinaryClassification.Trainers.Alice(binary).Fit(train);
                return new(classes, classes.Model.SubModel.Ensemble, classes.Model.SubModel.TrainingSummary!, binary);
            case TaskKind.Multiclass:
                var multiclass = Options(new AliceMulticlassTrainer.Options());
                var several = ml.MulticlassClassification.Trainers.Alice(multiclass).Fit(train);
                return new(several, several.Model.Ensemble, several.Model.TrainingSummary!, multiclass);
            default:
                var regression = Options(new AliceRegressionTrainer.Options());
                var numbers = ml.Regression.Trainers.Alice(regression).Fit(train);
                return new(numbers, numbers.Model.Ensemble, numbers.Model.TrainingSummary!, regression);
        }

        T Options<T>(T options)
            where T : AliceTrainerOptions
        {
            change?.Invoke(options);
            options.LabelColumnName = data.LabelName;
            options.Seed = seed;
            return options;
        }
    }

    /// <summary>What the fit made of a network: of what was chosen for it, else of the options.</summary>
    private static AdamPlan Plan(
        EnsembleMember member, int index, AliceTrainingSummary summary, AliceTrainerOptions options)
    {
        var (encoding, decay, layers) =
            (summary.NumericEncodings[index], summary.WeightDecays[index], member.Network.HiddenLayers);
        var chosen = summary.Candidates.FirstOrDefault(
            candidate => candidate.Networks > 0 && candidate.NumericEncoding == encoding
            && candidate.WeightDecay == decay && candidate.HiddenLayers.SequenceEqual(layers));
        var after = options.NumberOfEpochs ?? chosen?.Epochs ?? summary.Epochs[0].NumberOfEpochs;
        return new AdamPlan(member.Encoder, encoding, layers, chosen?.Dropout ?? options.Dropout
            ?? 0, (chosen?.Epochs ?? 0) + after, decay);
    }
}
