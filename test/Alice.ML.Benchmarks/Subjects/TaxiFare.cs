using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>Taxi fares: three numbers and three categories, one-hot encoded to 16 features. From the real files, or a
/// synthetic table of the same shape.
/// </summary>
internal sealed class TaxiFare
{
    private const int SyntheticRows = 99_999;
    private static readonly string[] Categories = ["vendor_id", "rate_code", "payment_type"];

    private TaxiFare(MLContext ml, IDataView train, IDataView test, string source)
    {
        Source = source;
        string[] numbers = ["passenger_count", "trip_time_in_secs", "trip_distance"];
        Featurizer = ml.Transforms.Categorical.OneHotEncoding(
            [.. Categories.Select(name => new InputOutputColumnPair(name))])
            .Append(ml.Transforms.Concatenate("Features", [.. Categories, .. numbers]))
            .Fit(train);
        Schema = train.Schema;
        Train = Cached(ml, train);
        Test = Cached(ml, test);
    }

    /// <summary>Where the rows come from, for the report.</summary>
    public string Source { get; }

    /// <summary>From the columns of the file to the vector Features.</summary>
    public ITransformer Featurizer { get; }

    /// <summary>The columns of the file.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>Features and Label of the training rows, in memory.</summary>
    public IDataView Train { get; }

    /// <summary>Features and Label of the test rows, in memory.</summary>
    public IDataView Test { get; }

    public int FeatureCount => ((VectorDataViewType)Train.Schema["Features"].Type).Size;

    /// <param name="ml">Where the data is made.</param>
    /// <param name="folder">Folder of the files; null: synthetic rows.</param>
    public static TaxiFare Load(MLContext ml, string? folder) => folder is null
        ? new(ml, Synthetic(ml, seed: 1), Synthetic(ml, seed: 2), "synthetic rows of the shape of taxi-fare")
        : new(ml, File(ml, folder, "taxi-fare-train.csv"), File(ml, folder, "taxi-fare-test.csv"), "taxi-fare");

    private IDataView Cached(MLContext ml, IDataView rows)
    {
        var features = ml.Transforms.SelectColumns("Features", "Label").Fit(Featurizer.Transform(rows));
        var cached = ml.Data.Cache(features.Transform(Featurizer.Transform(rows)));
        cached.GetColumn<VBuffer<float>>("Features").Count();
        cached.GetColumn<float>("Label").Count();
        return cached;
    }

    private static IDataView File(MLContext ml, string folder, string name) =>
        ml.Data.LoadFromTextFile<Trip>(Path.Combine(folder, name), separatorChar: ',', hasHeader: true);

    private static IDataView Synthetic(MLContext ml, int seed)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, SyntheticRows).Select(_ =>
        {
            var rate = 1 + (int)(6 * Math.Pow(random.NextDouble(), 4));
            var distance = (float)(-3 * Math.Log(1 - random.NextDouble()));
            var seconds = (float)Math.Round(180 + distance * (150 + 100 * random.NextDouble()));
            return new Trip
            {
                Vendor = random.Next(2) == 0 ? "CMT" : "VTS",
                Rate = rate.ToString(),
                Payment = new[] { "CRD", "CSH", "DIS", "NOC", "UNK" }[(int)(5 * Math.Pow(random.NextDouble(), 3))],
                Passengers = 1 + random.Next(6),
                Seconds = seconds,
                Distance = distance,
                Fare = (float)(3 + 2.2 * distance + seconds / 200 + 8 * (rate - 1) + 3 * random.NextDouble()),
            };
        }).ToList());
    }

    private sealed class Trip
    {
        [LoadColumn(0), ColumnName("vendor_id")] public string Vendor { get; set; } = "";

        [LoadColumn(1), ColumnName("rate_code")] public string Rate { get; set; } = "";

        [LoadColumn(2), ColumnName("passenger_count")] public float Passengers { get; set; }

        [LoadColumn(3), ColumnName("trip_time_in_secs")] public float Seconds { get; set; }

        [LoadColumn(4), ColumnName("trip_distance")] public float Distance { get; set; }

        [LoadColumn(5), ColumnName("payment_type")] public string Payment { get; set; } = "";

        [LoadColumn(6), ColumnName("Label")] public float Fare { get; set; }
    }
}
