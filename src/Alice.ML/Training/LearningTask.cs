using Alice.ML.Models;

namespace Alice.ML.Training;

/// <summary>What a network has to learn from labels, and how its outputs become scores.</summary>
/// <param name="Objective">The loss.</param>
/// <param name="Outputs">Outputs of the network.</param>
/// <param name="Targets">Standardisation that makes labels targets.</param>
/// <param name="Scores">Its reverse is applied to the outputs: score = output / Scale + Mean.</param>
/// <param name="LossUnit">What a loss of the network is multiplied by to be in the label's units.</param>
/// <param name="MetricUnit">The same for the metric.</param>
internal sealed record LearningTask(
    Objective Objective, int Outputs, Standardization Targets, Standardization Scores, double LossUnit = 1, double MetricUnit = 1)
{
    /// <summary>What the model applies to the outputs after <see cref="Scores"/>.</summary>
    public OutputTransform OutputTransform { get; init; }

    /// <summary>Whether targets are classes.</summary>
    public bool IsClassification { get; init; }

    /// <summary>A task whose labels are targets as they are.</summary>
    public static LearningTask Classify(Objective objective, int outputs) =>
        new(objective, outputs, Standardization.Identity(1), Standardization.Identity(outputs)) { IsClassification = true };
}
