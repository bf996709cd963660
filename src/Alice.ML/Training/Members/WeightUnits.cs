using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Alice.ML.Training.Data;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;

namespace Alice.ML.Training.Members;

/// <summary>Converts weights between the units of training (standardized inputs and targets) and those of the model
/// (unstandardized inputs, scores in the label's units).</summary>
internal static class WeightUnits
{
    /// <summary>First layer: W[i] ← W[i]·Scale[i], b ← b − Σ Mean[i]·W[i]. Last layer: W ← W/Scale, b ← b/Scale + Mean
    /// of the scores. Sums in double precision.
    /// </summary>
    public static void ToModel(NetworkShape shape, Standardization inputs, Standardization scores, Span<float> weights)
    {
        var (count, outputs) = (shape.LayerSizes[0], shape.LayerSizes[1]);
        for (var output = 0; output < outputs; output++)
        {
            double bias = weights[count * outputs + output];
            for (var input = 0; input < count; input++)
            {
                ref var weight = ref weights[input * outputs + output];
                var converted = weight * inputs.Scale[input];
                bias -= converted * inputs.Mean[input];
                weight = (float)converted;
            }
            weights[count * outputs + output] = (float)bias;
        }

        var last = LastLayer(shape, weights);
        outputs = shape.LayerSizes[^1];
        for (var i = 0; i < last.Length; i++)
            last[i] = (float)(last[i] / scores.Scale[i % outputs]
                + (i < last.Length - outputs ? 0 : scores.Mean[i % outputs]));
    }

    /// <summary>Creates a network of a model, for unstandardized inputs and scores, from weights trained on
    /// standardized ones.</summary>
    /// <param name="shape">Sizes of the network.</param>
    /// <param name="inputs">Standardization of the inputs of its first layer.</param>
    /// <param name="task">The learning task.</param>
    /// <param name="weights">Weights in <see cref="DenseNetwork"/>'s order. The network takes ownership.</param>
    /// <param name="encoder">Encoder of its inputs. Null: the features are not encoded.</param>
    public static EnsembleMember CreateMember(
        NetworkShape shape, Standardization inputs, LearningTask task, float[] weights, PiecewiseLinearEncoder? encoder)
    {
        ToModel(shape, inputs, task.Scores, weights);
        return new EnsembleMember(
            new DenseNetwork(shape.LayerSizes, shape.Activation, weights, task.OutputTransform), encoder);
    }

    /// <summary>The reverse of <see cref="ToModel"/>, to train weights of a model on. No Scale of the inputs may be
    /// 0.</summary>
    public static void ToTraining(
        NetworkShape shape, Standardization inputs, Standardization scores, Span<float> weights)
    {
        var (count, outputs) = (shape.LayerSizes[0], shape.LayerSizes[1]);
        for (var output = 0; output < outputs; output++)
        {
            double bias = weights[count * outputs + output];
            for (var input = 0; input < count; input++)
            {
                ref var weight = ref weights[input * outputs + output];
                bias += weight * inputs.Mean[input];
                weight = (float)(weight / inputs.Scale[input]);
            }
            weights[count * outputs + output] = (float)bias;
        }

        var last = LastLayer(shape, weights);
        outputs = shape.LayerSizes[^1];
        for (var i = 0; i < last.Length; i++)
            last[i] = (float)((last[i] - (i < last.Length - outputs ? 0 : scores.Mean[i % outputs]))
                * scores.Scale[i % outputs]);
    }

    private static Span<float> LastLayer(NetworkShape shape, Span<float> weights) =>
        weights[^((shape.LayerSizes[^2] + 1) * shape.LayerSizes[^1])..];
}
