using Alice.ML.Models.Inputs;
using Alice.ML.Training.Data;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Inputs;

/// <summary>Columns with heavy tails as standardized normal scores, the others as they are. A score is linear between
/// quantiles of the training rows that are half a standard deviation of the normal distribution apart, and goes on
/// beyond the outermost: a sum over the bins of a piecewise-linear encoding, which is how a model has it.
/// </summary>
internal sealed class NormalScores
{
    // Per bin the score at its lower edge.
    private readonly float[] _lower;
    private readonly int[] _all;

    private NormalScores(float[][] edges, float[][] scores)
    {
        Bins = new EncodedColumns(new PiecewiseLinearEncoder(edges));
        First = new float[edges.Length];
        _all = [.. Enumerable.Range(0, edges.Length)];
        _lower = new float[Bins.Features];
        for (var column = 0; column < edges.Length; column++)
        {
            if (edges[column].Length == 0)
                continue;
            First[column] = scores[column][0];
            var (number, end) = Bins.Range(column);
            for (var bin = number + 1; bin < end; bin++)
            {
                _lower[bin] = scores[column][bin - number - 1];
                Bins.Scale[bin] = scores[column][bin - number] - _lower[bin];
            }
        }
    }

    /// <summary>The bins; their values, 0 to what a score gains on its way through the bin, add up to a column's score
    /// less its first one.</summary>
    public EncodedColumns Bins { get; }

    /// <summary>Per column the score at its first edge; 0 for numbers as they are.</summary>
    public float[] First { get; }

    /// <summary>Scores of columns; null where none has heavy tails.</summary>
    /// <param name="columns">How many there are.</param>
    /// <param name="sample">Gives the prepared values of one.</param>
    public static NormalScores? Of(int columns, Func<int, ColumnSample> sample)
    {
        double[] normal = [.. Enumerable.Range(-AutoRules.MostScoreSteps, 2 * AutoRules.MostScoreSteps + 1)
            .Select(step => AutoRules.ScoreSpacing * step)];
        using var steps = tensor(normal);
        using var below = special.ndtr(steps);
        var shares = below.data<double>().ToArray();
        var (edges, scores) = (new float[columns][], new float[columns][]);
        for (var column = 0; column < columns; column++)
            (edges[column], scores[column]) = OfColumn(sample(column), normal, shares);
        return edges.All(own => own.Length == 0) ? null : new NormalScores(edges, scores);
    }

    /// <summary>Scores of rows of standardized columns, all or some, row-major [rows, columns].</summary>
    public void Apply(ReadOnlySpan<float> numbers, Span<float> scores, int[]? columns = null)
    {
        for (var i = 0; i < numbers.Length;)
            foreach (var column in columns ?? _all)
            {
                var (feature, share) = Bins.Locate(column, numbers[i]);
                scores[i] = feature == Bins.Range(column).Number ? numbers[i]
                    : _lower[feature] + share * Bins.Scale[feature];
                i++;
            }
    }

    /// <summary>A network of scores as one of piecewise-linear encoded columns, whose bins go from 0 to 1.</summary>
    public (NetworkShape Shape, float[] Weights) Unroll(NetworkShape shape, ReadOnlySpan<float> weights)
    {
        var units = shape.LayerSizes[1];
        var first = new float[(Bins.Features + 1) * units];
        for (var unit = 0; unit < units; unit++)
        {
            double bias = weights[Bins.Columns * units + unit];
            for (var column = 0; column < Bins.Columns; column++)
            {
                var weight = weights[column * units + unit];
                var (number, end) = Bins.Range(column);
                if (end == number + 1)
                    first[number * units + unit] = weight;
                for (var bin = number + 1; bin < end; bin++)
                    first[bin * units + unit] = weight * Bins.Scale[bin];
                bias += (double)weight * First[column];
            }
            first[Bins.Features * units + unit] = (float)bias;
        }
        return (shape with { LayerSizes = [Bins.Features, .. shape.LayerSizes.Skip(1)] },
            [.. first, .. weights[((Bins.Columns + 1) * units)..]]);
    }

    /// <param name="column">The numbers.</param>
    /// <param name="normal">Scores that edges may have.</param>
    /// <param name="shares">The normal distribution's shares below them.</param>
    private static (float[] Edges, float[] Scores) OfColumn(ColumnSample column, double[] normal, double[] shares)
    {
        if (column.Values.Length < AutoRules.LeastScoreEdges)
            return ([], []);
        var widths = column.Quantiles([0.005, 0.25, 0.75, 0.995]);
        if (widths[2] <= widths[1] || widths[3] - widths[0] < AutoRules.HeavyTails * (widths[2] - widths[1]))
            return ([], []);

        // Half a row is the least that a share can tell.
        var least = 0.5 / column.Values.Length;
        int[] known = [.. Enumerable.Range(0, shares.Length).Where(i => shares[i] >= least && 1 - shares[i] >= least)];
        var quantiles = column.Quantiles([.. known.Select(i => shares[i])]);

        var (edges, scores, equal) = (new List<float>(), new List<double>(), 0);
        foreach (var (quantile, score) in quantiles.Zip(known.Select(i => normal[i])))
        {
            if (edges.Count > 0 && quantile - edges[^1] <= AutoRules.LeastBinWidth)
            {
                scores[^1] += (score - scores[^1]) / ++equal;
                continue;
            }
            edges.Add(quantile);
            scores.Add(score);
            equal = 1;
        }
        return edges.Count < AutoRules.LeastScoreEdges ? ([], [])
            : ([.. edges], Standardized([.. edges], scores, column));
    }

    /// <summary>Scores at the edges such that those of the sample have mean 0 and variance 1.</summary>
    private static float[] Standardized(float[] edges, List<double> scores, ColumnSample sample)
    {
        double sum = 0, squares = 0;
        var encoder = new PiecewiseLinearEncoder([edges]);
        foreach (var (value, weight) in sample.Values.Zip(sample.Weights))
        {
            var bin = encoder.Find(0, value);
            var score = scores[bin - 1] + (scores[bin] - scores[bin - 1]) * encoder.Share<double>(bin, value);
            sum += weight * score;
            squares += weight * score * score;
        }
        var mean = sum / sample.TotalWeight;
        var deviation = Math.Sqrt(squares / sample.TotalWeight - mean * mean);
        return [.. scores.Select(score => (float)((score - mean) / deviation))];
    }
}
