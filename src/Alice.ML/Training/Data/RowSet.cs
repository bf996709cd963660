namespace Alice.ML.Training;

/// <summary>Rows of a table whose features are open on the device: all of a part, or those with some numbers in the table.</summary>
/// <param name="Data">The part.</param>
/// <param name="Features">Features of the table; not owned.</param>
/// <param name="Numbers">Numbers of the rows; null: all of the part.</param>
internal sealed record RowSet(TrainingData Data, IFeatureSource Features, long[]? Numbers = null)
{
    public int Count => Numbers?.Length ?? Data.Rows;
}

/// <summary>The rows of a run, with their features, which belong to this object.</summary>
internal sealed record TrainingRows(RowSet Training, RowSet? Validation) : IDisposable
{
    public void Dispose()
    {
        Training.Features.Dispose();
        if (!ReferenceEquals(Training.Features, Validation?.Features))
            Validation?.Features.Dispose();
    }
}
