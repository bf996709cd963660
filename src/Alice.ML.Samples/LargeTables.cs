using System.Data.Common;
using DuckDB.NET.Data;
using Microsoft.ML;
using Parquet;
using Parquet.Serialization;

namespace Alice.ML.Samples;

/// <summary>Tables that need not fit into memory: from a Parquet file, and from the cursor of a database. Both are read
/// once, row by row; rows that would take more than MaximumMemory go to a temporary file.
/// </summary>
internal static class LargeTables
{
    /// <summary>Trains from Parquet and from DuckDB, whose tables are the same.</summary>
    /// <returns>R² of both on the rows that they trained on.</returns>
    public static (double Parquet, double Database) Run(string folder, TextWriter output, int rows = 5000)
    {
        var ml = new MLContext(seed: 1);
        var file = Path.Combine(folder, "trips.parquet");
        ParquetSerializer.SerializeAsync(Trip.Some(rows), file).GetAwaiter().GetResult();
        var fromParquet = Fit(ml, ml.Data.LoadFromEnumerable(ReadParquet(file)), folder);

        // A database of any kind that has an ADO.NET provider; this one reads Parquet as well.
        using var database = new DuckDBConnection("DataSource=:memory:");
        database.Open();
        var query = $"SELECT distance, minutes, hour, fare FROM '{file}' WHERE fare > 0";
        var fromDatabase = Fit(ml, ml.Data.LoadFromEnumerable(ReadDatabase(database, query)), folder);

        output.WriteLine($"R² from Parquet {fromParquet:F3}, from the database {fromDatabase:F3}");
        return (fromParquet, fromDatabase);
    }

    private static double Fit(MLContext ml, IDataView trips, string folder)
    {
        var pipeline = ml.Transforms
            .Concatenate("Features", nameof(Trip.Distance), nameof(Trip.Minutes), nameof(Trip.Hour))
            .Append(ml.Regression.Trainers.Alice(new Trainers.AliceRegressionTrainer.Options
            {
                LabelColumnName = nameof(Trip.Fare),
                // So little that even this table goes to a file; leave it out for half of what is free.
                MaximumMemory = 50_000,
                TemporaryFolder = folder,
            }));
        var model = pipeline.Fit(trips);
        return ml.Regression.Evaluate(model.Transform(trips), nameof(Trip.Fare)).RSquared;
    }

    /// <summary>The rows of a Parquet file, one group of rows in memory at a time.</summary>
    public static IEnumerable<Trip> ReadParquet(string path)
    {
        using var stream = File.OpenRead(path);
        var reader = ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var (distance, minutes, hour, fare) =
                (Column(nameof(Trip.Distance)), Column(nameof(Trip.Minutes)), Column(nameof(Trip.Hour)),
                    Column(nameof(Trip.Fare)));
            for (var row = 0; row < fare.Length; row++)
                yield return new(distance[row], minutes[row], hour[row], fare[row]);

            float[] Column(string name)
            {
                var values = new float[group.RowCount];
                var field = reader.Schema.DataFields.Single(field => field.Name == name);
                group.ReadAsync<float>(field, values).AsTask().GetAwaiter().GetResult();
                return values;
            }
        }
    }

    /// <summary>The rows that a query gives, one at a time.</summary>
    public static IEnumerable<Trip> ReadDatabase(DbConnection database, string query)
    {
        using var command = database.CreateCommand();
        command.CommandText = query;
        // Otherwise DuckDB collects all rows in memory before it gives the first.
        if (command is DuckDBCommand duck)
            duck.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return new(reader.GetFloat(0), reader.GetFloat(1), reader.GetFloat(2), reader.GetFloat(3));
    }
}
