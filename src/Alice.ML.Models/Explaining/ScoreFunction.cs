using Alice.ML.Models.Networks;

namespace Alice.ML.Models.Explaining;

/// <summary>What is explained, as a function of the outputs of an ensemble's networks before their transform.</summary>
internal abstract class ScoreFunction
{
    /// <summary>The score in double precision.</summary>
    /// <param name="outputs">For each network.</param>
    public abstract double Of(ReadOnlySpan<float[]> outputs);

    /// <summary>How much the score changes with each output between two points: differences times these add up to the
    /// difference of the scores, perhaps but for a little.</summary>
    /// <param name="from">For each network its outputs at one end.</param>
    /// <param name="to">The same at the other.</param>
    /// <param name="multipliers">Takes them; the networks' one after another.</param>
    public abstract void Multipliers(
        ReadOnlySpan<float[]> from, ReadOnlySpan<float[]> to, Span<float> multipliers);

    /// <summary>The mean of the networks' first outputs, after their transform: a number, a rate or the log-odds of two
    /// classes.</summary>
    public static ScoreFunction Mean(OutputTransform transform, OutputRange? range) =>
        new MeanScore(transform, range);

    /// <summary>The log-odds ln(p / (1 − p)) of a class, p the mean of its probabilities.</summary>
    public static ScoreFunction LogOdds(int index, int classes) => new LogOddsScore(index, classes);

    private sealed class MeanScore(OutputTransform transform, OutputRange? range) : ScoreFunction
    {
        // Closer ends than these, relatively, leave the slope between them to rounding.
        private const double LeastDifference = 1e-6;

        public override double Of(ReadOnlySpan<float[]> outputs)
        {
            var sum = 0.0;
            foreach (var output in outputs)
                sum += Transform(output[0]);
            return sum / outputs.Length;
        }

        public override void Multipliers(
            ReadOnlySpan<float[]> from, ReadOnlySpan<float[]> to, Span<float> multipliers)
        {
            var stride = multipliers.Length / from.Length;
            multipliers.Clear();
            for (var m = 0; m < from.Length; m++)
                multipliers[m * stride] = (float)(Slope(from[m][0], to[m][0]) / from.Length);
        }

        private double Slope(double a, double b)
        {
            var least = LeastDifference * (Math.Abs(a) + Math.Abs(b) + LeastDifference);
            if (Math.Abs(b - a) < least)
                (a, b) = (0.5 * (a + b) - least, 0.5 * (a + b) + least);
            return (Transform(b) - Transform(a)) / (b - a);
        }

        private double Transform(double output)
        {
            var transformed = transform == OutputTransform.Exponential
                ? Math.Min(Math.Exp(output), float.MaxValue) : output;
            return range?.Hold(transformed) ?? transformed;
        }
    }

    private sealed class LogOddsScore(int index, int classes) : ScoreFunction
    {
        // Keeps logarithms and quotients finite: what is less is as good as nothing.
        private const double Least = 1e-300;

        // Gauss-Legendre on [0, 1] with three points.
        private static readonly (double At, double Weight)[] Nodes =
            [(0.5 - Math.Sqrt(0.15), 5.0 / 18), (0.5, 8.0 / 18), (0.5 + Math.Sqrt(0.15), 5.0 / 18)];

        public override double Of(ReadOnlySpan<float[]> outputs)
        {
            var (of, against) = Odds(outputs, outputs, 0, new double[outputs.Length * classes]);
            return Math.Log(of) - Math.Log(against);
        }

        public override void Multipliers(
            ReadOnlySpan<float[]> from, ReadOnlySpan<float[]> to, Span<float> multipliers)
        {
            var stride = multipliers.Length / from.Length;
            multipliers.Clear();
            var probabilities = new double[from.Length * classes];
            foreach (var (at, weight) in Nodes)
            {
                var (of, against) = Odds(from, to, at, probabilities);
                for (var m = 0; m < from.Length; m++)
                {
                    var p = probabilities.AsSpan(m * classes, classes);
                    var slopes = multipliers.Slice(m * stride, classes);
                    var rest = Rest(p);
                    for (var k = 0; k < classes; k++)
                    {
                        // How much the class's probability of this network changes, and that of all others.
                        var own = k == index ? p[k] * rest : -p[index] * p[k];
                        slopes[k] += (float)(weight * own * (1 / of + 1 / against));
                    }
                }
            }
        }

        /// <summary>Sums over the networks of the class's probability and of all others', and the probabilities.
        /// </summary>
        private (double Of, double Against) Odds(
            ReadOnlySpan<float[]> from, ReadOnlySpan<float[]> to, double at, Span<double> probabilities)
        {
            double of = Least, against = Least;
            for (var m = 0; m < from.Length; m++)
            {
                var p = probabilities.Slice(m * classes, classes);
                var largest = double.NegativeInfinity;
                for (var k = 0; k < classes; k++)
                {
                    p[k] = from[m][k] + at * ((double)to[m][k] - from[m][k]);
                    largest = Math.Max(largest, p[k]);
                }
                var sum = 0.0;
                foreach (ref var x in p)
                    sum += x = Math.Exp(x - largest);
                foreach (ref var x in p)
                    x /= sum;
                of += p[index];
                against += Rest(p);
            }
            return (of, against);
        }

        // Not 1 − p, which has no digits where p is nearly 1.
        private double Rest(ReadOnlySpan<double> probabilities)
        {
            var rest = 0.0;
            for (var k = 0; k < probabilities.Length; k++)
                if (k != index)
                    rest += probabilities[k];
            return rest;
        }
    }
}
