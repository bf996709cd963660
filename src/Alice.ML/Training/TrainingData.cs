namespace Alice.ML.Training;

/// <summary>
/// Rows in memory. <see cref="Features"/> is row-major [<see cref="Rows"/>, <see cref="Columns"/>]; arrays may be longer than
/// their rows need.
/// </summary>
internal sealed class TrainingData(int rows, int columns, float[] features, float[] labels, float[]? weights)
{
    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public float[] Features { get; } = features;

    public float[] Labels { get; } = labels;

    /// <summary>Example weights, finite and above 0; null where every row counts the same.</summary>
    public float[]? Weights { get; } = weights;

    public Span<float> Row(int row) => Features.AsSpan(row * Columns, Columns);

    public float Weight(int row) => Weights is null ? 1 : Weights[row];
}
