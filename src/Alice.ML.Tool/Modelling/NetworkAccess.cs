using Alice.ML.Models;
using Microsoft.ML.Calibrators;

namespace Alice.ML.Tool.Modelling;

/// <summary>The Alice model of any task, applied to feature vectors without the pipeline.</summary>
internal abstract class NetworkAccess
{
    /// <summary>Wraps the model of an Alice trainer.</summary>
    public static NetworkAccess Of(object model) => model switch
    {
        AliceRegressionModelParameters regression => new Access<float>(regression),
        AliceMulticlassModelParameters multiclass => new MulticlassAccess(multiclass),
        CalibratedModelParametersBase { SubModel: AliceBinaryModelParameters binary } => new BinaryAccess(binary),
        _ => throw new ArgumentException($"{model.GetType().Name} is no model of an Alice trainer.", nameof(model)),
    };

    /// <summary>The score, the probability, or the probability of each class.</summary>
    public abstract float[] Predict(ReadOnlySpan<float> features);

    /// <inheritdoc cref="AliceModelParameters{TOutput}.Explain"/>
    public abstract double Explain(ReadOnlySpan<float> features, int? classIndex, Span<float> contributions);

    /// <summary>The rows that explanations compare with.</summary>
    public abstract IReadOnlyList<float[]> Background { get; }

    /// <summary>Whether this is a multiclass model.</summary>
    public virtual bool HasClasses => false;

    /// <summary>The score that is explained.</summary>
    public abstract double ExplainedScore(ReadOnlySpan<float> features, int? classIndex);

    private class Access<TOutput>(AliceModelParameters<TOutput> model) : NetworkAccess
    {
        public override IReadOnlyList<float[]> Background =>
            field ??= [.. model.Background.Select(row => row.DenseValues().ToArray())];

        public override double ExplainedScore(ReadOnlySpan<float> features, int? classIndex)
        {
            var scores = new float[model.NumberOfScores];
            model.Score(features, scores);
            return scores[0];
        }

        public override float[] Predict(ReadOnlySpan<float> features)
        {
            var scores = new float[model.NumberOfScores];
            model.Score(features, scores);
            return scores;
        }

        public override double Explain(ReadOnlySpan<float> features, int? classIndex, Span<float> contributions) =>
            model.Explain(features, contributions);
    }

    private sealed class BinaryAccess(AliceBinaryModelParameters model) : Access<float>(model)
    {
        public override float[] Predict(ReadOnlySpan<float> features) =>
            [.. base.Predict(features).Select(logOdds => 1 / (1 + MathF.Exp(-logOdds)))];

        public override double ExplainedScore(ReadOnlySpan<float> features, int? classIndex) =>
            Sign(classIndex) * base.ExplainedScore(features, classIndex);

        public override double Explain(ReadOnlySpan<float> features, int? classIndex, Span<float> contributions)
        {
            var start = base.Explain(features, classIndex, contributions);
            foreach (ref var contribution in contributions)
                contribution *= Sign(classIndex);
            return Sign(classIndex) * start;
        }

        // The log-odds of the negative class have the opposite sign.
        private static int Sign(int? classIndex) => classIndex == 0 ? -1 : 1;
    }

    private sealed class MulticlassAccess(AliceMulticlassModelParameters model)
        : Access<Microsoft.ML.Data.VBuffer<float>>(model)
    {
        public override bool HasClasses => true;

        public override double ExplainedScore(ReadOnlySpan<float> features, int? classIndex)
        {
            var p = Predict(features);
            var others = p.Where((_, k) => k != classIndex).Sum(other => (double)other);
            return Math.Log(p[classIndex!.Value] / others);
        }

        public override double Explain(ReadOnlySpan<float> features, int? classIndex, Span<float> contributions) =>
            classIndex is { } index ? model.Explain(features, index, contributions)
                : model.Explain(features, contributions);
    }
}
