namespace Alice.ML.Training.Data;

/// <summary>Scales the columns of featurized text for linear networks. The mean of every column is subtracted. A column
/// with a standard deviation above 1 is divided by it. Each column is multiplied by the correlation ratio of column and
/// label, so that regularization affects mainly uninformative columns (after Wang and Manning 2012, Baselines and
/// Bigrams, who multiply by log-count ratios). A common factor makes the largest variance in any direction 1, so that
/// one learning rate suits every table.</summary>
/// <param name="rows">All rows, prepared.</param>
/// <param name="part">The training rows.</param>
internal sealed class TextScale(IReadOnlyList<SparseRow> rows, TrainingData part)
{
    private const int PowerIterations = 15;

    private readonly int _columns = part.Columns;
    private readonly double _total = Enumerable.Range(0, part.Rows).Sum(row => (double)part.Weight(row));

    /// <summary>Computes the scaling of the prepared features.</summary>
    /// <param name="targets">Targets of the rows.</param>
    /// <param name="isClassification">Whether targets are classes.</param>
    public Standardization Of(ReadOnlySpan<float> targets, bool isClassification)
    {
        var result = Standardization.Identity(_columns);
        var squares = new double[_columns];
        for (var r = 0; r < part.Rows; r++)
        {
            var row = Row(r);
            for (var k = 0; k < row.Indices.Length; k++)
            {
                result.Mean[row.Indices[k]] += part.Weight(r) * (double)row.Values[k];
                squares[row.Indices[k]] += part.Weight(r) * (double)row.Values[k] * row.Values[k];
            }
        }
        for (var column = 0; column < _columns; column++)
            result.Mean[column] /= _total;
        var explained = isClassification ? BetweenClasses(targets) : AlongTargets(targets, result.Mean);
        for (var column = 0; column < _columns; column++)
        {
            var mean = result.Mean[column];
            var variance = Math.Max(0, squares[column] / _total - mean * mean);
            var between = isClassification ? explained[column] / _total - mean * mean : explained[column] / _total;
            var scale = Standardization.ScaleOf(variance, mean);
            result.Scale[column] = Math.Min(1, scale) * Math.Sqrt(Math.Clamp(between * scale * scale, 0, 1));
        }
        var largest = Math.Sqrt(LargestVariance(result));
        for (var column = 0; column < _columns && largest > 0; column++)
            result.Scale[column] /= largest;
        return result;
    }

    /// <summary>For each column, the sum over classes of (sum of its values)² / rows.</summary>
    private double[] BetweenClasses(ReadOnlySpan<float> targets)
    {
        var (result, sums) = (new double[_columns], new double[_columns]);
        var classes = targets.ToArray();
        foreach (var members in Enumerable.Range(0, part.Rows).GroupBy(row => classes[row]))
        {
            var weight = members.Sum(row => (double)part.Weight(row));
            foreach (var r in members)
                Add(Row(r), part.Weight(r), sums);
            foreach (var r in members)
                foreach (var column in Row(r).Indices)
                {
                    result[column] += sums[column] * sums[column] / weight;
                    sums[column] = 0;
                }
        }
        return result;
    }

    /// <summary>For each column, rows · covariance² / variance of the targets.</summary>
    private double[] AlongTargets(ReadOnlySpan<float> targets, double[] means)
    {
        double sum = 0, squares = 0;
        for (var r = 0; r < part.Rows; r++)
        {
            sum += part.Weight(r) * (double)targets[r];
            squares += part.Weight(r) * (double)targets[r] * targets[r];
        }
        var mean = sum / _total;
        var products = new double[_columns];
        for (var r = 0; r < part.Rows; r++)
            Add(Row(r), part.Weight(r) * (targets[r] - mean), products);
        var variance = squares / _total - mean * mean;
        return Array.ConvertAll(products, product => variance > 0 ? product * product / (_total * variance) : 0);
    }

    /// <summary>The largest eigenvalue of the covariance matrix of standardized columns, by power iteration.</summary>
    private double LargestVariance(Standardization standardization)
    {
        var direction = new double[_columns];
        for (var column = 0; column < _columns; column++)
            // far from any direction of the table
            direction[column] = standardization.Scale[column] * (1 + 0.5 * Math.Sin(column));
        double variance = 0;
        for (var turn = 0; turn < PowerIterations; turn++)
        {
            var length = Math.Sqrt(direction.Sum(value => value * value));
            if (length == 0)
                return 0;
            var (next, middle, balance) = (new double[_columns], 0.0, 0.0);
            for (var column = 0; column < _columns; column++)
            {
                direction[column] *= standardization.Scale[column] / length;
                middle += standardization.Mean[column] * direction[column];
            }
            for (var r = 0; r < part.Rows; r++)
            {
                var row = Row(r);
                var product = -middle;
                for (var k = 0; k < row.Indices.Length; k++)
                    product += row.Values[k] * direction[row.Indices[k]];
                balance += part.Weight(r) * product;
                Add(row, part.Weight(r) * product / _total, next);
            }
            for (var column = 0; column < _columns; column++)
                next[column] = standardization.Scale[column]
                    * (next[column] - balance / _total * standardization.Mean[column]);
            variance = Math.Sqrt(next.Sum(value => value * value));
            direction = next;
        }
        return variance;
    }

    private static void Add(SparseRow row, double factor, double[] to)
    {
        for (var k = 0; k < row.Indices.Length; k++)
            to[row.Indices[k]] += factor * row.Values[k];
    }

    private SparseRow Row(int row) => rows[part.Start + row];
}
