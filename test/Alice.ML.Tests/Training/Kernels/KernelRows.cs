using System.Runtime.InteropServices;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Kernels;

namespace Alice.ML.Tests.Training.Kernels;

/// <summary>Rows as kernels are given them, and the features that they stand for written out.</summary>
internal sealed unsafe class KernelRows
{
    private readonly WorkMemory _memory = new();
    private readonly int _labels;

    public KernelRows(KernelProblem problem, Random random)
    {
        var (rows, columns) = (problem.Rows, problem.Columns);
        _labels = problem.Labels;
        float* targets = Copy(Fill(rows * _labels, () => problem.Target(random)));
        float* weights = problem.HasWeights ? Copy(Fill(rows, () => 0.5f + random.NextSingle())) : null;
        (Targets, Factors) = (new double[rows][], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            Targets[row] = [.. Enumerable.Range(0, _labels).Select(label => (double)targets[row * _labels + label])];
            Factors[row] = (weights == null ? 1 : weights[row]) / (double)(rows + 3);
        }
        Batch = new KernelBatch
        {
            Targets = targets,
            Weights = weights,
            Rows = rows,
            WholeRows = rows + 3,
            DropoutKey = (ulong)problem.Seed
        };
        Batch = problem.Inputs switch
        {
            KernelInputs.Bins => Binned(rows, columns, random),
            KernelInputs.Sparse => Sparse(rows, columns, random),
            KernelInputs.NumbersAndSparse => Mixed(rows, columns, random, hasBins: false),
            KernelInputs.BinsAndSparse => Mixed(rows, columns, random, hasBins: true),
            _ => Dense(rows, columns, random),
        };
    }

    /// <summary>[rows][features].</summary>
    public double[][] Features { get; private set; } = [];

    /// <summary>[rows][labels].</summary>
    public double[][] Targets { get; }

    /// <summary>What each row's loss counts.</summary>
    public double[] Factors { get; }

    public FirstLayerInputs Inputs { get; private set; } = new();

    public KernelBatch Batch { get; }

    /// <summary>Rows from … to − 1 as a part of the minibatch.</summary>
    public KernelBatch Part(int from, int to) => Batch with
    {
        Features = Batch.Features + from * Batch.FeatureStride,
        Binned = new BinnedBatch(Batch.Binned.Numbers + from * Columns, Batch.Binned.Bins + from * Columns,
            Batch.Binned.Shares + from * Columns),
        SparseRows = Batch.SparseRows + from,
        Targets = Batch.Targets + from * _labels,
        Weights = Batch.Weights == null ? null : Batch.Weights + from,
        Rows = to - from,
        FirstRow = from,
    };

    private int Columns => Inputs.Numbers?.Length ?? Inputs.Bins?.Columns ?? 0;

    private KernelBatch Dense(int rows, int columns, Random random)
    {
        // Rows may be further apart than they are long; what is between them is never used.
        var stride = columns + random.Next(3);
        var memory = Fill(rows * stride, () => float.NaN);
        Features = new double[rows][];
        for (var row = 0; row < rows; row++)
        {
            var values = Fill(columns, () => KernelProblem.Normal(random));
            values.CopyTo(memory, row * stride);
            Features[row] = [.. values];
        }
        return Batch with { Features = Copy(memory), FeatureStride = stride };
    }

    private KernelBatch Binned(int rows, int columns, Random random)
    {
        var bins = Bins([.. Enumerable.Range(0, columns)], columns, random);
        Inputs = new(bins);
        var numbers = Fill(rows * columns, () => KernelProblem.Normal(random));
        Features = [.. Enumerable.Range(0, rows).Select(row => Encoded(bins, numbers.AsSpan(row * columns, columns)))];
        return Located(bins, [.. Enumerable.Range(0, columns)], numbers, rows);
    }

    /// <summary>Some columns, the first among them, with a value that most rows have.</summary>
    private KernelBatch Mixed(int rows, int columns, Random random, bool hasBins)
    {
        int[] numbers = [.. Enumerable.Range(1, columns - 1).Where(_ => random.Next(3) == 0)];
        var usual = Fill(columns, () => random.Next(3) == 0 ? 0 : KernelProblem.Normal(random));
        var on = Fill(columns, () => KernelProblem.Normal(random));
        var values = new float[2 * rows * columns];
        for (var at = 0; at < values.Length; at++)
            values[at] = numbers.Contains(at % columns) || random.Next(10) == 0 ? KernelProblem.Normal(random)
                : random.Next(5) == 0 ? on[at % columns] : usual[at % columns];

        var table = new DenseFeatures(values, columns);
        var bins = hasBins ? Bins(numbers, columns, random) : null;
        Inputs = new(bins, numbers);
        var sparse = SparseTable.Of(table, 2 * rows, [.. Enumerable.Range(0, columns).Except(numbers)
            .Select(column => (column, usual[column], bins?.Range(column).Number ?? column))]);
        var order = (int*)_memory.Allocate(rows);
        var given = new float[rows * numbers.Length];
        Features = new double[rows][];
        for (var row = 0; row < rows; row++)
        {
            order[row] = random.Next(2 * rows);
            var from = table.Row(order[row]);
            for (var k = 0; k < numbers.Length; k++)
                given[row * numbers.Length + k] = from[numbers[k]];
            Features[row] = bins is null ? [.. from.ToArray().Select(x => (double)x)] : Encoded(bins, from);
        }
        var batch = bins is null ? Batch with { Features = Copy(given), FeatureStride = numbers.Length }
            : Located(bins, numbers, given, rows);
        return batch with { Sparse = sparse, SparseRows = order };
    }

    /// <summary>Random bins of some columns; a third of them has none.</summary>
    private static EncodedColumns Bins(int[] binned, int columns, Random random)
    {
        var edges = new float[columns][];
        for (var column = 0; column < columns; column++)
            edges[column] =
                [.. Enumerable.Range(0, !binned.Contains(column) || random.Next(3) == 0 ? 0 : random.Next(3, 12))
                    .Select(i => i * 0.4f - 1.5f)];
        var bins = new EncodedColumns(new(edges));
        for (var column = 0; column < columns; column++)
            for (var (bin, end) = (bins.Range(column).Number + 1, bins.Range(column).End); bin < end; bin++)
                (bins.Empty[bin], bins.Scale[bin]) = (-random.NextSingle(), 1 + random.NextSingle());
        return bins;
    }

    private KernelBatch Located(EncodedColumns encoding, int[] columns, float[] values, int rows)
    {
        var numbers = Copy(values);
        var shares = _memory.Allocate(values.Length);
        var bins = (int*)_memory.Allocate(values.Length);
        BinnedBatch.Locate(encoding, columns, numbers, rows, bins, shares);
        return Batch with { Binned = new BinnedBatch(numbers, bins, shares) };
    }

    /// <summary>The features by their definition: each bin's is linear between its edges, and flat beyond unless the
    /// bin is open.</summary>
    private static double[] Encoded(EncodedColumns bins, ReadOnlySpan<float> numbers)
    {
        var features = new double[bins.Features];
        for (var column = 0; column < bins.Columns; column++)
        {
            var (number, end) = bins.Range(column);
            features[number] = numbers[column];
            for (var bin = number + 1; bin < end; bin++)
            {
                var (from, to) = (bins.Edges[column][bin - number - 1], bins.Edges[column][bin - number]);
                var share = ((double)numbers[column] - from) / ((double)to - from);
                share = bin > number + 1 ? Math.Max(share, 0) : share;
                share = bin < end - 1 ? Math.Min(share, 1) : share;
                features[bin] = bins.Empty[bin] + share * bins.Scale[bin];
            }
        }
        return features;
    }

    private KernelBatch Sparse(int rows, int columns, Random random)
    {
        Inputs = new(null, []);
        var standardization = Standardization.Identity(columns);
        for (var column = 0; column < columns; column += 3)
            (standardization.Mean[column], standardization.Scale[column]) =
                (random.NextDouble(), 0.5 + random.NextDouble());
        var table = new List<SparseRow>();
        for (var row = 0; row < 2 * rows; row++)
        {
            int[] indices = [.. Enumerable.Range(0, columns).Where(_ => random.Next(4) == 0)];
            table.Add(new SparseRow(indices, Fill(indices.Length, () => KernelProblem.Normal(random))));
        }
        var numbers = (int*)_memory.Allocate(rows);
        Features = new double[rows][];
        for (var row = 0; row < rows; row++)
        {
            numbers[row] = random.Next(table.Count);
            var dense = new double[columns];
            foreach (var (index, value) in table[numbers[row]].Indices.Zip(table[numbers[row]].Values))
                dense[index] = value;
            Features[row] = [.. dense.Select((x, c) => (x - standardization.Mean[c]) * standardization.Scale[c])];
        }
        return Batch with { Sparse = SparseTable.Of(table, standardization), SparseRows = numbers };
    }

    private static float[] Fill(int count, Func<float> value) => [.. Enumerable.Range(0, count).Select(_ => value())];

    private float* Copy(float[] values)
    {
        var memory = _memory.Allocate(values.Length);
        Marshal.Copy(values, 0, (nint)memory, values.Length);
        return memory;
    }
}
