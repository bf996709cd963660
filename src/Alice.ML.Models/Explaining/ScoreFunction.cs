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
        // Gauss-Legendre on [0, 1] with three points.
        private static readonly (double At, double Weight)[] Nodes =
            [(0.5 - Math.Sqrt(0.15), 5.0 / 18), (0.5, 8.0 / 18), (0.5 + Math.Sqrt(0.15), 5.0 / 18)];

        public override double Of(ReadOnlySpan<float[]> outputs)
        {
            Span<double> odds = stackalloc double[2];
            return Mix(outputs, outputs, 0, new double[outputs.Length * 2], odds);
        }

        public override void Multipliers(
            ReadOnlySpan<float[]> from, ReadOnlySpan<float[]> to, Span<float> multipliers)
        {
            var stride = multipliers.Length / from.Length;
            multipliers.Clear();
            var logs = new double[from.Length * 2];
            Span<double> totals = stackalloc double[2];
            foreach (var (at, weight) in Nodes)
            {
                Mix(from, to, at, logs, totals);
                for (var m = 0; m < from.Length; m++)
                {
                    // Shares of this network in the probabilities of the class and of the others.
                    var of = Math.Exp(logs[2 * m] - totals[0]);
                    var against = Math.Exp(logs[2 * m + 1] - totals[1]);
                    var rest = LogSum(from[m], to[m], at, index);
                    var all = LogSum(from[m], to[m], at, -1);
                    for (var k = 0; k < classes; k++)
                    {
                        var z = Between(from[m], to[m], at, k);
                        var probability = Math.Exp(z - all);
                        var slope = k == index
                            ? of * (1 - probability) + against * probability
                            : -of * probability - against * (Math.Exp(z - rest) - probability);
                        multipliers[m * stride + k] += (float)(weight * slope);
                    }
                }
            }
        }

        /// <summary>The log-odds of the mean; for each network the logarithms of both probabilities, and of their sums.
        /// </summary>
        private double Mix(
            ReadOnlySpan<float[]> from, ReadOnlySpan<float[]> to, double at, double[] logs, Span<double> totals)
        {
            for (var m = 0; m < from.Length; m++)
            {
                var all = LogSum(from[m], to[m], at, -1);
                logs[2 * m] = Between(from[m], to[m], at, index) - all;
                logs[2 * m + 1] = LogSum(from[m], to[m], at, index) - all;
            }
            for (var side = 0; side < 2; side++)
            {
                var largest = double.NegativeInfinity;
                for (var m = 0; m < from.Length; m++)
                    largest = Math.Max(largest, logs[2 * m + side]);
                var sum = 0.0;
                for (var m = 0; m < from.Length; m++)
                    sum += Math.Exp(logs[2 * m + side] - largest);
                totals[side] = largest + Math.Log(sum);
            }
            return totals[0] - totals[1];
        }

        /// <summary>ln Σ exp(z) over the classes but one.</summary>
        private double LogSum(float[] from, float[] to, double at, int but)
        {
            var largest = double.NegativeInfinity;
            for (var k = 0; k < classes; k++)
                if (k != but)
                    largest = Math.Max(largest, Between(from, to, at, k));
            var sum = 0.0;
            for (var k = 0; k < classes; k++)
                if (k != but)
                    sum += Math.Exp(Between(from, to, at, k) - largest);
            return largest + Math.Log(sum);
        }

        private static double Between(float[] from, float[] to, double at, int k) =>
            from[k] + at * ((double)to[k] - from[k]);
    }
}
