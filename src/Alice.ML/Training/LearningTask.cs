using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>What a network has to learn from labels, and how its outputs become scores.</summary>
/// <param name="Objective">The loss.</param>
/// <param name="Outputs">Outputs of the network.</param>
/// <param name="Targets">Standardisation that makes labels targets.</param>
/// <param name="Scores">Its reverse is applied to the outputs: score = output / Scale + Mean.</param>
/// <param name="LossUnit">What a loss of the network is multiplied by to be in the label's units.</param>
/// <param name="MetricUnit">The same for the metric.</param>
internal sealed record LearningTask(
    Objective Objective, int Outputs, Standardization Targets, Standardization Scores, double LossUnit = 1,
    double MetricUnit = 1)
{
    /// <summary>What holds the scores near the labels; null for classes.</summary>
    public OutputRange? Range { get; init; }

    /// <summary>The labels of training, apart from extreme ones, which training holds at the ends of that range; null
    /// for classes.</summary>
    public ColumnScale? Labels { get; init; }

    /// <summary>Whether extreme labels that stand alone are left out of training: a mean has no other defence against
    /// them, while a median need not know how far away they are.
    /// </summary>
    public bool LeavesOutExtremeLabels { get; init; }

    /// <summary>What the model applies to the outputs after <see cref="Scores"/>.</summary>
    public OutputTransform OutputTransform { get; init; }

    /// <summary>Whether targets are classes.</summary>
    public bool IsClassification { get; init; }

    /// <summary>Turns the labels of training rows into targets, in place. Extreme ones count as the nearest that is
    /// not.</summary>
    public void MakeTargets(Span<float> labels)
    {
        if (Labels is { Extreme: > 0 } range)
            foreach (ref var label in labels)
                label = Math.Clamp(label, range.Lowest, range.Highest);
        Targets.Apply(labels);
    }

    /// <summary>The same for rows to measure on. Labels further away than any score can be count as the nearest that
    /// can.</summary>
    public void MakeHeldOutTargets(Span<float> labels)
    {
        if (Range is { } range)
            foreach (ref var label in labels)
                label = (float)Math.Clamp(label, range.Lower - range.Width, range.Upper + range.Width);
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

    private void Hold(OutputRange range, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var output = i % Outputs;
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
    public static LearningTask Classify(Objective objective, int outputs) =>
        new(objective, outputs, Standardization.Identity(1),
            Standardization.Identity(outputs))
        { IsClassification = true };
}
