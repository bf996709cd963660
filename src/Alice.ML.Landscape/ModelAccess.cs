using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Alice.ML.Landscape;

/// <summary>What is needed of a model of any task: its networks, and how its trainer makes a loss of labels.</summary>
/// <param name="Environment">The host.</param>
/// <param name="Ensemble">The networks.</param>
/// <param name="CreateTask">From the options to what makes the loss of rows and the label column.</param>
internal sealed record ModelAccess(IHostEnvironment Environment, NetworkEnsemble Ensemble,
    Func<LandscapeDataOptions, Func<TrainingData, DataViewSchema.Column, LearningTask>> CreateTask)
{
    public static ModelAccess Of(AliceRegressionModelParameters model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model.Environment, model.Ensemble, options => new AliceRegressionTrainer(model.Environment, new()
        {
            LabelColumnName = options.LabelColumnName,
            Loss = options.Loss
                ?? (model.Ensemble.OutputTransform == OutputTransform.Exponential ? RegressionLoss.Poisson
                    : RegressionLoss.Squared),
            Quantiles = [.. model.Quantiles.Select(level => (double)level)],
        }).CreateTask);
    }

    public static ModelAccess Of(AliceBinaryModelParameters model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model.Environment, model.Ensemble, options =>
            new AliceBinaryTrainer(model.Environment, new() { LabelColumnName = options.LabelColumnName }).CreateTask);
    }

    public static ModelAccess Of(AliceMulticlassModelParameters model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model.Environment, model.Ensemble, options =>
            new AliceMulticlassTrainer(model.Environment, new() { LabelColumnName = options.LabelColumnName })
                .CreateTask);
    }
}
