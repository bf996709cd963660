using Alice.ML.Models.Networks;
using Alice.ML.Training.Data;
using Alice.ML.Training.Ranks;
using Microsoft.ML.Data;

namespace Alice.ML.Training.Fit;

/// <summary>Training rows that a model keeps as the background for explanations. Candidates are drawn before the
/// features are prepared. The rows are then chosen by their scores, to cover high and low scores equally.</summary>
internal sealed class BackgroundRows
{
    // Limits the size for tables with very many columns.
    private const int MostValues = 1 << 18;

    // Candidate rows for each row that is kept.
    private const int Choice = 16;

    private readonly VBuffer<float>[] _rows;
    private readonly int _most;
    private readonly int _seed;

    private BackgroundRows(VBuffer<float>[] rows, int most, int seed) => (_rows, _most, _seed) = (rows, most, seed);

    /// <summary>Draws rows to choose from, spread evenly over the table.</summary>
    /// <param name="data">The table.</param>
    /// <param name="most">Maximum number of rows to keep. A contribution is a mean over them.</param>
    /// <param name="seed">Seed of the random choice.</param>
    public static BackgroundRows Draw(TrainingData data, int most, int seed)
    {
        var random = new Random(seed);
        var total = Math.Min(data.TotalRows, Choice * most);
        // Each rank draws its share.
        var count = (int)Math.Ceiling((double)total * data.Rows / data.TotalRows);
        var rows = new List<VBuffer<float>>(count);
        var row = new float[data.Columns];
        long values = 0;
        for (var r = 0; r < count && (values < Choice * (long)MostValues || r == 0); r++)
        {
            Array.Clear(row);
            var number = (int)((r + random.NextDouble()) * data.Rows / count);
            data.Features.CopyRow(data.Start + Math.Min(number, data.Rows - 1), row);
            rows.Add(Stored(row));
            values += rows[^1].GetValues().Length;
        }
        return new(data.Peers is null ? [.. rows] : Gather(data.Peers, rows, data.Columns), most, seed);
    }

    private static VBuffer<float>[] Gather(Peers peers, List<VBuffer<float>> rows, int columns) =>
        [.. peers.Gather<float>([.. rows.SelectMany(row => row.DenseValues())]).Chunk(columns).Select(Stored)];

    /// <summary>The networks with the chosen rows added.</summary>
    public NetworkEnsemble AddTo(NetworkEnsemble networks)
    {
        if (_rows.Length == 0)
            return networks;
        var random = new Random(_seed);
        var mean = Math.Max(1, _rows.Sum(row => (long)row.GetValues().Length) / _rows.Length);
        var kept = (int)Math.Min(Math.Min(_most, _rows.Length), Math.Max(1, MostValues / mean));
        var outputs = new float[networks.OutputCount];
        VBuffer<float>[] ordered = [.. _rows.OrderBy(row => Place(networks, row, outputs))];
        return networks.WithBackground([.. Enumerable.Range(0, kept)
            .Select(k => ordered[(int)((k + random.NextDouble()) * ordered.Length / kept)])]);
    }

    /// <summary>Sort key: the score, or the most probable class and then its probability.</summary>
    private static float Place(NetworkEnsemble networks, VBuffer<float> row, float[] outputs)
    {
        networks.Forward(in row, outputs);
        if (networks.OutputTransform != OutputTransform.Softmax)
            return outputs[0];
        var largest = outputs.Max();
        return Array.IndexOf(outputs, largest) + largest;
    }

    private static VBuffer<float> Stored(float[] row)
    {
        int[] indices = [.. Enumerable.Range(0, row.Length).Where(c => row[c] != 0)];
        return 2 * indices.Length < row.Length
            ? new(row.Length, indices.Length, [.. indices.Select(c => row[c])], indices)
            : new(row.Length, [.. row]);
    }
}
