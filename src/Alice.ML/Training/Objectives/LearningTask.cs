using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Objectives;

/// <summary>What a network learns, and how its outputs become scores. The outputs are the scores of all labels, then
/// the quantiles of each label. For one label with several classes, they are the scores of the classes.</summary>
/// <param name="Objective">The loss.</param>
/// <param name="Outputs">Number of outputs of the network.</param>
/// <param name="Targets">Standardization from labels to targets, for each label.</param>
/// <param name="Scores">Standardization that is inverted for the outputs: score = output / Scale + Mean.</param>
/// <param name="LossUnit">Factor from a loss of the network to the units of the label. 1 for several labels, whose
/// standardized losses are added.</param>
internal sealed record LearningTask(
    Objective Objective, int Outputs, Standardization Targets, Standardization Scores, double LossUnit = 1)
{
    /// <summary>Number of labels per row.</summary>
    public int LabelCount => Targets.Mean.Length;

    /// <summary>Levels of the quantiles of each label.</summary>
    public IReadOnlyList<float> Levels => (Objective as LabelsObjective)?.Levels ?? [];

    /// <summary>Factor from the metric to the units of the label. 1 for several labels.</summary>
    public double MetricUnit => LabelCount == 1 ? Unit(0) : 1;

    /// <summary>The size of one unit of the target, in units of the label.</summary>
    public double Unit(int label) => 1 / Targets.Scale[label];

    /// <summary>The ranges to which scores are limited. Null for classes.</summary>
    public OutputRanges? Range { get; init; }

    /// <summary>Scales of the training labels without extreme values, which training clips. Empty for
    /// classes.</summary>
    public IReadOnlyList<ColumnScale> LabelScales { get; init; } = [];

    /// <summary>Whether isolated extreme labels are left out of training. A mean has no other protection against them,
    /// while a median does not depend on how far away they are.</summary>
    public bool LeavesOutExtremeLabels { get; init; }

    /// <summary>The last transform of the outputs, after <see cref="Scores"/>.</summary>
    public OutputTransform OutputTransform { get; init; }

    /// <summary>Whether targets are classes.</summary>
    public bool IsClassification { get; init; }

    /// <summary>Number of classes per label. 1 for binary classification, 0 for regression.</summary>
    public int Classes => IsClassification ? Outputs / LabelCount : 0;

    /// <summary>Replaces the labels of training rows by targets. Extreme labels are clipped to the nearest that is not
    /// extreme.</summary>
    public void MakeTargets(Span<float> labels)
    {
        for (var label = 0; label < LabelScales.Count; label++)
            if (LabelScales[label] is { Extreme: > 0 } scale)
                for (var i = label; i < labels.Length; i += LabelCount)
                    labels[i] = Math.Clamp(labels[i], scale.Lowest, scale.Highest);
        Targets.Apply(labels);
    }

    /// <summary>The same for held-out rows. Labels are clipped to the range of possible scores.</summary>
    public void MakeHeldOutTargets(Span<float> labels)
    {
        for (var i = 0; Range is not null && i < labels.Length; i++)
        {
            var range = Range[i % LabelCount];
            labels[i] = (float)Math.Clamp(labels[i], range.Lower - range.Width, range.Upper + range.Width);
        }
        Targets.Apply(labels);
    }

    /// <summary>Limits outputs [rows, outputs] as the model limits its scores.</summary>
    /// <returns>The same tensor. On a device, the host waits.</returns>
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

    /// <summary>Creates a task whose labels are the targets.</summary>
    /// <param name="objective">The loss.</param>
    /// <param name="outputs">Number of outputs of the network.</param>
    /// <param name="labels">Number of labels per row.</param>
    public static LearningTask Classify(Objective objective, int outputs, int labels = 1) =>
        new(objective, outputs, Standardization.Identity(labels),
            Standardization.Identity(outputs))
        { IsClassification = true };
}
