using System.Runtime.InteropServices;
using Alice.ML.Models.Inputs;
using Alice.ML.Training.Data;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Inputs;

/// <summary>What the first layer of a network is given for a row of standardized columns: the numbers as they are, as
/// scores, or encoded.</summary>
internal sealed class InputEncoding : IColumnFeatures
{
    private InputEncoding(PiecewiseLinearEncoder? encoder, Standardization standardization, EncodedColumns? bins,
        NormalScores? scores) =>
            (Encoder, Standardization, Bins, Scores) = (encoder, standardization, bins, scores);

    /// <summary>The bins that features are made of; null where they are numbers or scores.</summary>
    public EncodedColumns? Bins { get; }

    /// <summary>What makes scores of the numbers; null where nothing does.</summary>
    public NormalScores? Scores { get; }

    /// <summary>The encoder that the model needs, for prepared features; null for numbers as they are.</summary>
    public PiecewiseLinearEncoder? Encoder { get; }

    /// <summary>From the prepared or encoded features to what the first layer was trained on; <see cref="Unroll"/>
    /// comes before it.</summary>
    public Standardization Standardization { get; }

    /// <summary>Features a row.</summary>
    public int Features => Scores?.Bins.Columns ?? Standardization.Mean.Length;

    public bool AddsBins => Bins is not null;

    public bool HasBins(int column) => (Bins ?? Scores?.Bins)?.Edges[column].Length > 0;

    public int Feature(int column) => Bins?.Range(column).Number ?? column;

    /// <summary>Prepared features as they are, but for a standardization that only training knows.</summary>
    public static InputEncoding Plain(Standardization common) => new(null, common, null, null);

    /// <summary>Columns with heavy tails as normal scores; null where there are none.</summary>
    /// <param name="data">Rows.</param>
    /// <param name="table">Their prepared features.</param>
    /// <param name="preparation">What prepared them.</param>
    public static InputEncoding? NormalScores(TrainingData data, DenseFeatures table, FeaturePreparation preparation)
    {
        var isThere = IsThere(data, table, preparation);
        if (Inputs.NormalScores.Of(table.Columns, column => Sample(data, table, isThere, column)) is not { } scores)
            return null;
        // Bins of a model go from 0 to 1: what their weights are multiplied by, Unroll knows.
        return new(scores.Bins.Encoder, Standardization.Identity(scores.Bins.Features), null, scores);
    }

    /// <summary>Columns with their bins beside them.</summary>
    /// <param name="data">Rows.</param>
    /// <param name="table">Their prepared features.</param>
    /// <param name="preparation">What prepared them.</param>
    /// <param name="numbers">The columns that are to have bins, from <see cref="Numbers"/>.</param>
    /// <param name="bins">Bins a column, at most.</param>
    public static InputEncoding PiecewiseLinear(
        TrainingData data, DenseFeatures table, FeaturePreparation preparation, int[] numbers, int bins)
    {
        var isThere = IsThere(data, table, preparation);
        var edges = new float[table.Columns][];
        Array.Fill(edges, []);
        foreach (var column in numbers)
            edges[column] = BinEdges.OfColumn(data.TotalRows, bins, Sample(data, table, isThere, column));
        return PiecewiseLinear(data, table, new PiecewiseLinearEncoder(edges), keepsConstants: false);
    }

    /// <summary>The prepared columns of three values or more: indicators and slots of categories have two.</summary>
    public static int[] Numbers(TrainingData data, DenseFeatures table)
    {
        var (first, second) = (table.Row(data.Start).ToArray(), new float[table.Columns]);
        second.AsSpan().Fill(float.NaN);
        var third = second.ToArray();
        var open = Enumerable.Range(0, table.Columns).ToList();
        var numbers = new List<int>();
        for (var row = 1; row < data.Rows && open.Count > 0; row++)
        {
            var values = table.Row(data.Start + row);
            for (var i = open.Count - 1; i >= 0; i--)
            {
                var (column, value) = (open[i], values[open[i]]);
                if (value == first[column] || value == second[column])
                    continue;
                if (float.IsNaN(second[column]))
                {
                    second[column] = value;
                    continue;
                }
                numbers.Add(column);
                third[column] = value;
                open.RemoveAt(i);
            }
        }
        numbers.Sort();
        if (data.Peers is null)
            return [.. numbers];
        var each = data.Peers.GatherEach<float>([.. first, .. second, .. third]);
        return [.. Enumerable.Range(0, table.Columns).Where(column => each
            .SelectMany(values => Enumerable.Range(0, 3).Select(k => values[k * table.Columns + column]))
            .Where(value => !float.IsNaN(value)).Distinct().Count() >= 3)];
    }

    /// <summary>Columns with the bins of a model's encoder beside them, to train its weights on.</summary>
    public static InputEncoding PiecewiseLinear(TrainingData data, DenseFeatures table, PiecewiseLinearEncoder known) =>
        PiecewiseLinear(data, table, known, keepsConstants: true);

    /// <param name="data">Rows.</param>
    /// <param name="table">Their prepared features.</param>
    /// <param name="encoder">Has the edges.</param>
    /// <param name="keepsConstants">Whether weights of bins that do not vary in these rows are kept; else they count
    /// for nothing.</param>
    private static InputEncoding PiecewiseLinear(
        TrainingData data, DenseFeatures table, PiecewiseLinearEncoder encoder, bool keepsConstants)
    {
        var encoded = new EncodedColumns(encoder);
        var standardization = Standardization.Identity(encoded.Features);
        for (var column = 0; column < table.Columns; column++)
        {
            var (number, _) = encoded.Range(column);
            foreach (var (bin, (mean, scale)) in Moments(
                data, encoded, column, row => table.Row(data.Start + row)[column]).Index())
            {
                var feature = number + 1 + bin;
                (standardization.Mean[feature], standardization.Scale[feature]) =
                    (mean, scale == 0 && keepsConstants ? 1 : scale);
                encoded.Empty[feature] = (float)(-mean * standardization.Scale[feature]);
                encoded.Scale[feature] = (float)standardization.Scale[feature];
            }
        }
        return new(encoder, standardization, encoded, null);
    }

    /// <summary>The same for minibatches as tensors; null where they are taken as they are. It belongs to the
    /// caller.</summary>
    public DeviceEncoding? OnDevice(Device device) =>
        (Bins ?? Scores?.Bins) is { } bins ? new DeviceEncoding(bins, device, Scores?.First) : null;

    /// <summary>A network that learned from these features as one of the encoder's.</summary>
    public (NetworkShape Shape, float[] Weights) Unroll(NetworkShape shape, float[] weights) =>
        Scores?.Unroll(shape, weights) ?? (shape, weights);

    /// <summary>Standardization of each bin of a column.</summary>
    private static (double Mean, double Scale)[] Moments(
        TrainingData data, EncodedColumns encoded, int column, Func<int, float> value)
    {
        var (number, end) = encoded.Range(column);
        var bins = new (double Weight, double Sum, double Squares)[end - number];
        var (first, step) = ColumnSample.Stride(data.Rows, data.Peers);
        for (var row = first; row < data.Rows; row += step)
        {
            var (feature, share) = encoded.Locate(column, value(row));
            double weight = data.Weight(row);
            ref var bin = ref bins[feature - number];
            bin = (bin.Weight + weight, bin.Sum + weight * share, bin.Squares + weight * share * share);
        }
        data.Peers?.Sum(MemoryMarshal.Cast<(double, double, double), double>(bins.AsSpan()));
        var (total, above) = (bins.Sum(bin => bin.Weight), 0.0);
        var moments = new (double, double)[end - number - 1];
        for (var i = moments.Length; i > 0; i--)
        {
            // Rows above the bin have all of it.
            var mean = (bins[i].Sum + above) / total;
            moments[i - 1] =
                (mean, Standardization.ScaleOf(Math.Max(0, (bins[i].Squares + above) / total - mean * mean), mean));
            above += bins[i].Weight;
        }
        return moments;
    }

    private static ColumnSample Sample(
        TrainingData data, DenseFeatures table, Func<int, int, bool> isThere, int column) =>
            new(data.Rows, row => table.Row(data.Start + row)[column],
                row => isThere(row, column) ? data.Weight(row) : 0, data.Peers);

    /// <summary>Whether the value of a row in a prepared column was not missing.</summary>
    private static Func<int, int, bool> IsThere(TrainingData data, DenseFeatures table, FeaturePreparation preparation)
    {
        var indicators = new int[table.Columns];
        for (var k = 0; k < preparation.Indicators.Length; k++)
            indicators[preparation.Indicators[k]] = preparation.InputCount + k;
        return (row, column) => indicators[column] == 0 || table.Row(data.Start + row)[indicators[column]] == 0;
    }
}
