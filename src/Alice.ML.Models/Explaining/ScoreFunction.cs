using Alice.ML.Models.Networks;

namespace Alice.ML.Models.Explaining;

/// <summary>The explained score, as a function of the networks' outputs before the output transform.</summary>
internal abstract class ScoreFunction
{
    /// <summary>The score in double precision.</summary>
    /// <param name="outputs">Outputs of each network.</param>
    public abstract double Of(ReadOnlySpan<float[]> outputs);

    /// <summary>Computes how much the score changes per change of each output between two points. The differences times
    /// these multipliers add up to the difference of the scores, up to a small error.</summary>
    /// <param name="from">Outputs of each network at one point.</param>
    /// <param name="to">Outputs of each network at the other point.</param>
    /// <param name="multipliers">Receives the multipliers, network by network.</param>
    public abstract void Multipliers(
        ReadOnlySpan<float[]> from, ReadOnlySpan<float[]> to, Span<float> multipliers);

    /// <summary>The mean of the networks' first outputs after the transform: a number, a rate, or the log-odds of two
    /// classes.</summary>
    public static ScoreFunction Mean(OutputTransform transform, OutputRange? range) =>
        new MeanScore(transform, range);

    /// <summary>The log-odds ln(p / (1 − p)) of a class, where p is its mean probability.</summary>
    public static ScoreFunction LogOdds(int index, int classes) => new LogOddsScore(index, classes);

    private sealed class MeanScore(OutputTransform transform, OutputRange? range) : ScoreFunction
    {
        // Below this relative distance, the slope would be mostly rounding.
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
        // Keeps logarithms and quotients finite.
        private const double Least = 1e-300;

        // Three-point Gauss-Legendre quadrature on [0, 1].
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
                        // Change of the class's probability in this network, and of that of all other classes.
                        var own = k == index ? p[k] * rest : -p[index] * p[k];
                        slopes[k] += (float)(weight * own * (1 / of + 1 / against));
                    }
                }
            }
        }

        /// <summary>Sums the probabilities of the class and those of the other classes over the networks.</summary>
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

        // The sum of the others, because 1 − p loses its digits if p is close to 1.
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
