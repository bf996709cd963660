namespace Alice.ML.Samples;

/// <summary>A taxi trip.</summary>
public sealed record Trip(float Distance, float Minutes, float Hour, float Fare)
{
    // For ML.NET and Parquet, which make a row and then fill it.
    public Trip() : this(0, 0, 0, 0)
    {
    }

    /// <summary>Taxi trips: the fare follows from distance and time, and is higher at night.</summary>
    public static IEnumerable<Trip> Some(int count, int seed = 1)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var (distance, hour) = (10 * random.NextSingle(), random.Next(24));
            var minutes = distance * (2 + 2 * random.NextSingle());
            yield return new(distance, minutes, hour, 3 + 1.5f * distance + 0.3f * minutes + (hour < 6 ? 2 : 0));
        }
    }
}
