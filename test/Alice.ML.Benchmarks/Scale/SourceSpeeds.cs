using System.Diagnostics;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Tool.Data;
using DuckDB.NET.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using Parquet;
using Parquet.Schema;

namespace Alice.ML.Benchmarks.Scale;

/// <summary>How quickly a table of random floats comes into an IDataView: from files and from a database.</summary>
internal sealed class SourceSpeeds(int rows, int columns, string folder)
{
    private const int RowsOfGroup = 100_000;

    // More fields than that would take the tool's reader more memory than most machines have.
    private const long MostFields = 50_000_000;

    private readonly MLContext _ml = new(1);
    private readonly string _parquet = Path.Combine(folder, "rows.parquet");
    private readonly string _csv = Path.Combine(folder, "rows.csv");
    private readonly string _binary = Path.Combine(folder, "rows.idv");
    private readonly string[] _names =
        ["Label", .. Enumerable.Range(0, columns).Select(column => $"x{column}")];

    /// <summary>Writes the files, and prints the least seconds of some rounds for each way to read them.</summary>
    public void Print(int rounds)
    {
        WriteParquet().GetAwaiter().GetResult();
        using var duck = new DuckDBConnection($"DataSource={Path.Combine(folder, "rows.duckdb")}");
        duck.Open();
        Execute(duck, $"CREATE TABLE t AS SELECT * FROM '{_parquet}'");
        Execute(duck, $"COPY t TO '{_csv}' (HEADER)");
        using (var stream = File.Create(_binary))
            _ml.Data.SaveAsBinary(View(Made()), stream);

        List<(string Name, Func<IDataView> Open)> sources =
        [
            ("rows that are made in code", () => View(Made())),
            ("ML.NET's binary file, LoadFromBinary", () => _ml.Data.LoadFromBinary(_binary)),
            ("Parquet, Parquet.Net", () => View(ReadParquet())),
            ("Parquet, DuckDB.NET", () => View(ReadDatabase(duck, $"SELECT * FROM '{_parquet}'"))),
            ("DuckDB's own table, DuckDB.NET", () => View(ReadDatabase(duck, "SELECT * FROM t"))),
            ("CSV, DuckDB.NET", () => View(ReadDatabase(duck, $"SELECT * FROM read_csv('{_csv}')"))),
            ("CSV, ML.NET's TextLoader", TextLoader),
        ];
        if ((long)rows * _names.Length <= MostFields)
            sources.Add(("CSV, the reader of alice", OwnReader));
        var least = sources.Select(_ => (Seconds: double.PositiveInfinity, Processor: double.PositiveInfinity))
            .ToArray();
        for (var round = 0; round < rounds; round++)
            for (var i = 0; i < least.Length; i++)
            {
                var (seconds, processor) = Measure(sources[i].Open);
                least[i] = (Math.Min(least[i].Seconds, seconds), Math.Min(least[i].Processor, processor));
            }
        Console.WriteLine($"{rows:N0} rows × {columns} into an IDataView, {Environment.ProcessorCount} processors, "
            + $"least of {rounds}; file sizes: Parquet {Size(_parquet)}, CSV {Size(_csv)}, binary {Size(_binary)}");
        foreach (var ((name, _), (seconds, processor)) in sources.Zip(least))
            Console.WriteLine($"| {name} | {seconds:F2} s | processor {processor:F2} s |");
    }

    private static string Size(string path) => $"{new FileInfo(path).Length / 1e6:N0} MB";

    private (double Seconds, double Processor) Measure(Func<IDataView> open)
    {
        using var self = Process.GetCurrentProcess();
        var (watch, before) = (Stopwatch.StartNew(), self.TotalProcessorTime);
        var view = open();
        using var cursor = view.GetRowCursor(view.Schema);
        var getLabel = cursor.GetGetter<float>(view.Schema["Label"]);
        var getFeatures = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        var (count, label, features) = (0, 0f, default(VBuffer<float>));
        for (; cursor.MoveNext(); count++)
        {
            getLabel(ref label);
            getFeatures(ref features);
        }
        if (count != rows || features.Length != columns)
            throw new InvalidOperationException($"{count:N0} rows of {features.Length} columns came.");
        self.Refresh();
        return (watch.Elapsed.TotalSeconds, (self.TotalProcessorTime - before).TotalSeconds);
    }

    private IDataView View(IEnumerable<TableRow> from) =>
        _ml.Data.LoadFromEnumerable(from, SyntheticTable.Schema(columns));

    private SyntheticTable Made() => new(rows, columns);

    private static void Execute(DuckDBConnection duck, string statement)
    {
        using var command = duck.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    // Random numbers, which do not repeat: a column of few values would be packed.
    private async Task WriteParquet()
    {
        var schema = new ParquetSchema([.. _names.Select(name => new DataField<float>(name))]);
        using var stream = File.Create(_parquet);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream);
        var random = new Random(1);
        for (var first = 0; first < rows; first += RowsOfGroup)
        {
            using var group = writer.CreateRowGroup();
            foreach (var field in schema.DataFields)
            {
                float[] values = [.. Enumerable.Range(0, Math.Min(RowsOfGroup, rows - first))
                    .Select(_ => random.NextSingle())];
                await group.WriteAsync<float>(field, values);
            }
        }
    }

    private IEnumerable<TableRow> ReadParquet()
    {
        using var stream = File.OpenRead(_parquet);
        var reader = ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
        var row = new TableRow { Features = new float[columns] };
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var values = reader.Schema.DataFields.Select(field =>
            {
                var column = new float[group.RowCount];
                group.ReadAsync<float>(field, column).AsTask().GetAwaiter().GetResult();
                return column;
            }).ToArray();
            for (var index = 0; index < values[0].Length; index++)
            {
                row.Label = values[0][index];
                for (var column = 0; column < columns; column++)
                    row.Features[column] = values[column + 1][index];
                yield return row;
            }
        }
    }

    private IEnumerable<TableRow> ReadDatabase(DuckDBConnection duck, string query)
    {
        using var command = duck.CreateCommand();
        command.CommandText = query;
        // Rows come as they are found, not when all are there.
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        var isFloat = reader.GetFieldType(0) == typeof(float);
        var row = new TableRow { Features = new float[columns] };
        while (reader.Read())
        {
            row.Label = Value(0);
            for (var column = 0; column < columns; column++)
                row.Features[column] = Value(column + 1);
            yield return row;
        }

        // Of CSV, numbers are doubles.
        float Value(int column) => isFloat ? reader.GetFloat(column) : (float)reader.GetDouble(column);
    }

    private IDataView TextLoader() => _ml.Data.LoadFromTextFile(_csv,
        [new("Label", DataKind.Single, 0), new("Features", DataKind.Single, 1, columns)], separatorChar: ',',
        hasHeader: true);

    private IDataView OwnReader()
    {
        var table = DelimitedFile.Read(_csv, new FileFormat());
        var values = Enumerable.Range(0, _names.Length)
            .Select(column => TableView.Numbers(table, table.AllRows, column, '.', null)).ToArray();
        return View(Enumerable.Range(0, rows).Select(row => new TableRow
        {
            Label = values[0][row],
            Features = [.. values.Skip(1).Select(column => column[row])],
        }));
    }
}
