using System.Collections;
using Alice.ML.Models.Inputs;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Rows with features, labels and optional weights. Features are in memory or in a file. A part of the rows
/// shares the arrays of the whole.</summary>
/// <param name="features">The table.</param>
/// <param name="labels">[rows of the table, <paramref name="labelCount"/>]. With several labels, missing ones are NaN,
/// and every row has at least one.</param>
/// <param name="weights">See <see cref="WeightArray"/>.</param>
/// <param name="start">See <see cref="Start"/>.</param>
/// <param name="rows">Number of rows of this part.</param>
/// <param name="labelCount">Number of labels per row.</param>
/// <param name="peers">Ranks with other rows. Null: there are none.</param>
internal sealed class TrainingData(
    FeatureTable features, float[] labels, float[]? weights, int start, int rows, int labelCount = 1,
    Peers? peers = null)
{
    public FeatureTable Features { get; } = features;

    public int Columns => Features.Columns;

    public int Rows { get; } = rows;

    /// <summary>Ranks with other rows of this part. Null: there are none.</summary>
    public Peers? Peers => peers;

    /// <summary>Number of rows of this part on all ranks.</summary>
    public int TotalRows { get; } = peers?.SumRows(rows) ?? rows;

    /// <summary>First row of this part in the table.</summary>
    public int Start { get; } = start;

    /// <summary>Number of labels per row.</summary>
    public int LabelCount { get; } = labelCount;

    /// <summary>Labels of these rows, row by row.</summary>
    public Span<float> Labels => labels.AsSpan(Start * LabelCount, Rows * LabelCount);

    /// <inheritdoc cref="Labels"/>
    public ReadOnlyMemory<float> LabelMemory => labels.AsMemory(Start * LabelCount, Rows * LabelCount);

    /// <summary>All labels of the table. Those of this part start at row <see cref="Start"/>.</summary>
    public float[] LabelArray => labels;

    /// <summary>Example weights of the table, finite and above 0. Null if all rows have the same weight.</summary>
    public float[]? WeightArray => weights;

    /// <summary>Weights of these rows. Empty if all rows have the same weight.</summary>
    public ReadOnlySpan<float> Weights => weights is null ? default : weights.AsSpan(Start, Rows);

    /// <inheritdoc cref="Weights"/>
    public ReadOnlyMemory<float> WeightMemory =>
        weights.AsMemory(weights is null ? 0 : Start, weights is null ? 0 : Rows);

    /// <summary>Weight of row <paramref name="row"/> of this part.</summary>
    public float Weight(int row) => weights is null ? 1 : weights[Start + row];

    /// <summary>Moves a random <paramref name="fraction"/> of the rows, at least one, to the end, and returns both
    /// parts.</summary>
    /// <exception cref="InvalidOperationException">No row would be left to train on.</exception>
    public (TrainingData Training, TrainingData Validation) Split(double fraction, int seed)
    {
        var held = Math.Max(1, (int)Math.Round(fraction * Rows));
        if (held >= Rows)
            throw new InvalidOperationException(
                $"ValidationFraction {fraction} of {Rows} rows leaves none to train on. Lower it, or give more rows.");

        if (Features is FileFeatures)
            MoveRandomToEnd(held, seed);
        else
            ShuffleEnd(held, seed);
        return (Part(Start, Rows - held), Part(Start + Rows - held, held));
    }

    private void ShuffleEnd(int held, int seed)
    {
        // The end of a Fisher-Yates shuffle: each of the last rows is drawn from all rows up to it.
        var random = new Random(seed);
        for (var last = Rows - 1; last >= Rows - held; last--)
            Swap(Start + random.Next(last + 1), Start + last);
    }

    /// <summary>The same for a file, in one pass: drawn rows near the start are exchanged with rows at the end that are
    /// not drawn.</summary>
    private void MoveRandomToEnd(int held, int seed)
    {
        // Selection sampling: Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S.
        var (random, drawn, left) = (new Random(seed), new BitArray(Rows), held);
        for (var row = 0; row < Rows; row++)
            if (random.Next(Rows - row) < left)
            {
                drawn[row] = true;
                left--;
            }
        for (var (row, end) = (0, Rows - held); row < Rows - held; row++)
            if (drawn[row])
            {
                while (drawn[end])
                    end++;
                Swap(Start + row, Start + end++);
            }
    }

    /// <summary>The rows from which quantiles and bins are computed: all rows if they are in memory, and every n-th row
    /// of a file, 20,000 rows or more.</summary>
    public TrainingData Sample()
    {
        if (Features is not FileFeatures)
            return this;
        var stride = AutoRules.QuantileStride(Rows);
        return Extract([.. Enumerable.Range(0, (Rows + stride - 1) / stride).Select(i => Start + i * stride)]);
    }

    /// <summary>Reads some rows of a file into memory.</summary>
    /// <param name="numbers">Their numbers in the table, ascending.</param>
    public TrainingData Extract(int[] numbers) => new(((FileFeatures)Features).Extract(numbers),
        [.. numbers.SelectMany(row => new ArraySegment<float>(labels, row * LabelCount, LabelCount))],
        weights is null ? null : [.. numbers.Select(row => weights[row])], 0, numbers.Length, LabelCount);

    /// <summary>Number of rows in which a label is known.</summary>
    public int Known(int label)
    {
        var known = 0;
        for (var i = label; i < Labels.Length; i += LabelCount)
            known += float.IsNaN(Labels[i]) ? 0 : 1;
        return peers?.SumRows(known) ?? known;
    }

    /// <summary>Removes labels that are outside their ranges.</summary>
    /// <param name="scales">The scale of each label.</param>
    /// <returns>The rows that still have a label. The order of the rows changes.</returns>
    public TrainingData WithoutExtremes(IReadOnlyList<ColumnScale> scales)
    {
        var kept = Rows;
        for (var row = Rows - 1; row >= 0; row--)
        {
            var values = Labels.Slice(row * LabelCount, LabelCount);
            for (var label = 0; label < values.Length; label++)
                if (values[label] < scales[label].Lowest || values[label] > scales[label].Highest)
                    values[label] = float.NaN;
            if (!values.ContainsAnyExcept(float.NaN))
                Swap(Start + row, Start + --kept);
        }
        return Part(Start, kept);
    }

    /// <summary>Prepares the features of two parts, possibly of the same table. The original parts must not be used
    /// afterwards.</summary>
    public static (TrainingData Training, TrainingData? Validation) Prepare(
        TrainingData training, TrainingData? validation, FeaturePreparation preparation)
    {
        var shared = ReferenceEquals(training.Features, validation?.Features);
        var table = training.Features.Prepare(preparation, training.Rows + (shared ? validation!.Rows : 0));
        return (training.With(table),
            validation?.With(shared ? table : validation.Features.Prepare(preparation, validation.Rows)));
    }

    private TrainingData With(FeatureTable table) => new(table, labels, weights, Start, Rows, LabelCount, peers);

    private TrainingData Part(int start, int rows) => new(Features, labels, weights, start, rows, LabelCount, peers);

    private void Swap(int a, int b)
    {
        Features.Swap(a, b);
        for (var label = 0; label < LabelCount; label++)
            (labels[a * LabelCount + label], labels[b * LabelCount + label]) =
                (labels[b * LabelCount + label], labels[a * LabelCount + label]);
        if (weights is not null)
            (weights[a], weights[b]) = (weights[b], weights[a]);
    }
}
