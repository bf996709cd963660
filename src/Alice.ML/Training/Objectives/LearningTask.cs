using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Objectives;

/// <summary>What a network has to learn from labels, and how its outputs become scores. Its outputs are the scores of
/// all labels, then the quantiles of each label in turn; or, for one label that is a class, a score for each class.
/// </summary>
/// <param name="Objective">The loss.</param>
/// <param name="Outputs">Outputs of the network.</param>
/// <param name="Targets">Standardization that makes labels targets, of each label.</param>
/// <param name="Scores">Its reverse is applied to the outputs: score = output / Scale + Mean.</param>
/// <param name="LossUnit">What a loss of the network is multiplied by to be in the label's units; 1 for several
/// labels, whose losses are standardized and added.</param>
internal sealed record LearningTask(
    Objective Objective, int Outputs, Standardization Targets, Standardization Scores, double LossUnit = 1)
{
    /// <summary>Labels of a row.</summary>
    public int LabelCount => Targets.Mean.Length;

    /// <summary>Levels of the quantiles of each label.</summary>
    public IReadOnlyList<float> Levels => (Objective as LabelsObjective)?.Levels ?? [];

    /// <summary>What the metric is multiplied by to be in the label's units; 1 for several labels.</summary>
    public double MetricUnit => LabelCount == 1 ? Unit(0) : 1;

    /// <summary>Units of a label that its target counts as 1.</summary>
    public double Unit(int label) => 1 / Targets.Scale[label];

    /// <summary>What holds the scores near the labels; null for classes.</summary>
    public OutputRanges? Range { get; init; }

    /// <summary>Each label of training, apart from extreme ones, which training holds at the ends of that range; none
    /// for classes.</summary>
    public IReadOnlyList<ColumnScale> LabelScales { get; init; } = [];

    /// <summary>Whether extreme labels that stand alone are left out of training: a mean has no other defence against
    /// them, while a median need not know how far away they are.
    /// </summary>
    public bool LeavesOutExtremeLabels { get; init; }

    /// <summary>What the model applies to the outputs after <see cref="Scores"/>.</summary>
    public OutputTransform OutputTransform { get; init; }

    /// <summary>Whether targets are classes.</summary>
    public bool IsClassification { get; init; }

    /// <summary>Classes of a label, of two classes 1; 0: labels are numbers.</summary>
    public int Classes => IsClassification ? Outputs / LabelCount : 0;

    /// <summary>Turns the labels of training rows into targets, in place. Extreme ones count as the nearest that is
    /// not.</summary>
    public void MakeTargets(Span<float> labels)
    {
        for (var label = 0; label < LabelScales.Count; label++)
            if (LabelScales[label] is { Extreme: > 0 } scale)
                for (var i = label; i < labels.Length; i += LabelCount)
                    labels[i] = Math.Clamp(labels[i], scale.Lowest, scale.Highest);
        Targets.Apply(labels);
    }

    /// <summary>The same for rows to measure on. Labels further away than any score can be count as the nearest that
    /// can.</summary>
    public void MakeHeldOutTargets(Span<float> labels)
    {
        for (var i = 0; Range is not null && i < labels.Length; i++)
        {
            var range = Range[i % LabelCount];
            labels[i] = (float)Math.Clamp(labels[i], range.Lower - range.Width, range.Upper + range.Width);
        }
        Targets.Apply(labels);
    }

    /// <summary>Holds outputs [rows, outputs] of a network as the model will hold its scores.</summary>
    /// <returns>The same tensor, changed. On a device the host waits for it.</returns>
    public Tensor Hold(Tensor outputs)
    {
        if (Range is null)
            return outputs;
        using var copy = outputs.device_type == DeviceType.CPU ? null : outputs.cpu();
        Hold(Range, VectorLoop.Span<float>(copy ?? outputs, (int)outputs.numel()));
        if (copy is not null)
            outputs.copy_(copy);
        return outputs;
    }

    private void Hold(OutputRanges ranges, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var output = i % Outputs;
            var range = ranges[output];
            var score = values[i] / Scores.Scale[output] + Scores.Mean[output];
            var isRate = OutputTransform == OutputTransform.Exponential;
            var held = (float)(isRate ? Math.Exp(score) : score);
            if (held >= range.Lower && held <= range.Upper)
                continue;
            range.Hold(new Span<float>(ref held));
            values[i] = (float)(((isRate ? Math.Log(held) : held) - Scores.Mean[output]) * Scores.Scale[output]);
        }
    }

    /// <summary>A task whose labels are targets as they are.</summary>
    /// <param name="objective">The loss.</param>
    /// <param name="outputs">Outputs of the network.</param>
    /// <param name="labels">Labels of a row.</param>
    public static LearningTask Classify(Objective objective, int outputs, int labels = 1) =>
        new(objective, outputs, Standardization.Identity(labels),
            Standardization.Identity(outputs))
        { IsClassification = true };
}
