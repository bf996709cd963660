using System.Runtime.InteropServices;
using Alice.ML.Training;
using Alice.ML.Training.Kernels;

namespace Alice.ML.Tests.Training.Kernels;

/// <summary>Rows as kernels are given them, and the features that they stand for written out.</summary>
internal sealed unsafe class KernelRows
{
    private readonly WorkMemory _memory = new();

    public KernelRows(KernelProblem problem, Random random)
    {
        var (rows, columns) = (problem.Rows, problem.Columns);
        float* targets = Copy(Fill(rows, () => problem.Target(random)));
        float* weights = problem.HasWeights ? Copy(Fill(rows, () => 0.5f + random.NextSingle())) : null;
        (Targets, Factors) = (new double[rows], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            Targets[row] = targets[row];
            Factors[row] = (weights == null ? 1 : weights[row]) / (double)(rows + 3);
        }
        Batch = new KernelBatch { Targets = targets, Weights = weights, Rows = rows, WholeRows = rows + 3, DropoutKey = (ulong)problem.Seed };
        Batch = problem.Inputs switch
        {
            FirstLayerInputs.Bins => Binned(rows, columns, random),
            FirstLayerInputs.Sparse => Sparse(rows, columns, random),
            _ => Dense(rows, columns, random),
        };
    }

    /// <summary>[rows][features].</summary>
    public double[][] Features { get; private set; } = [];

    public double[] Targets { get; }

    /// <summary>What each row's loss counts.</summary>
    public double[] Factors { get; }

    public EncodedColumns? Bins { get; private set; }

    public KernelBatch Batch { get; }

    /// <summary>Rows from … to − 1 as a part of the minibatch.</summary>
    public KernelBatch Part(int from, int to) => Batch with
    {
        Features = Batch.Features + from * Batch.FeatureStride,
        Binned = new BinnedBatch(Batch.Binned.Numbers + from * Columns, Batch.Binned.Bins + from * Columns, Batch.Binned.Shares + from * Columns),
        SparseRows = Batch.SparseRows + from,
        Targets = Batch.Targets + from,
        Weights = Batch.Weights == null ? null : Batch.Weights + from,
        Rows = to - from,
        FirstRow = from,
    };

    private int Columns => Bins?.Columns ?? 0;

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
        var edges = new float[columns][];
        for (var column = 0; column < columns; column++)
            edges[column] = [.. Enumerable.Range(0, random.Next(3) == 0 ? 0 : random.Next(3, 12)).Select(i => i * 0.4f - 1.5f)];
        Bins = new EncodedColumns(edges);
        for (var column = 0; column < columns; column++)
            for (var (bin, end) = (Bins.Range(column).Number + 1, Bins.Range(column).End); bin < end; bin++)
                (Bins.Empty[bin], Bins.Scale[bin]) = (-random.NextSingle(), 1 + random.NextSingle());

        var numbers = Copy(Fill(rows * columns, () => KernelProblem.Normal(random)));
        var shares = _memory.Allocate(rows * columns);
        var bins = (int*)_memory.Allocate(rows * columns);
        BinnedBatch.Locate(Bins, numbers, rows, bins, shares);
        Features = [.. Enumerable.Range(0, rows).Select(row => Encoded(Bins, numbers + row * columns))];
        return Batch with { Binned = new BinnedBatch(numbers, bins, shares) };
    }

    /// <summary>The features by their definition: each bin's is linear between its edges, and flat beyond unless the bin is open.</summary>
    private static double[] Encoded(EncodedColumns bins, float* numbers)
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
        var standardization = Standardization.Identity(columns);
        for (var column = 0; column < columns; column += 3)
            (standardization.Mean[column], standardization.Scale[column]) = (random.NextDouble(), 0.5 + random.NextDouble());
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
        return Batch with { Sparse = new SparseTable(table, standardization), SparseRows = numbers };
    }

    private static float[] Fill(int count, Func<float> value) => [.. Enumerable.Range(0, count).Select(_ => value())];

    private float* Copy(float[] values)
    {
        var memory = _memory.Allocate(values.Length);
        Marshal.Copy(values, 0, (nint)memory, values.Length);
        return memory;
    }
}
