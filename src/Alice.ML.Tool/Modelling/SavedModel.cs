using System.IO.Compression;
using System.Text.Json;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;
using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>A fitted pipeline in a .zip that <c>mlContext.Model.Load</c> can read. It has one more entry: the schema of
/// the training file, for reading other files.</summary>
internal sealed record SavedModel(ITransformer Pipeline, TableSchema Schema)
{
    private const string SchemaEntry = "alice-table.json";

    /// <summary>Writes the .zip.</summary>
    public void Save(MLContext ml, DataViewSchema input, Stream stream)
    {
        ml.Model.Save(Pipeline, input, stream);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true);
        using var entry = zip.CreateEntry(SchemaEntry).Open();
        JsonSerializer.Serialize(entry, Schema);
    }

    /// <summary>Loads a model that <see cref="Save"/> wrote.</summary>
    /// <exception cref="UserException">The file is not such a model.</exception>
    public static SavedModel Load(MLContext ml, string path)
    {
        if (!File.Exists(path))
            throw new UserException($"{path} does not exist; train a model with --save {path}");
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var entry = zip.GetEntry(SchemaEntry) ?? throw new UserException(
                $"{path} does not say which columns it was trained on; use a model that 'alice train' has saved");
            using var stream = entry.Open();
            var schema = JsonSerializer.Deserialize<TableSchema>(stream)!;
            return new SavedModel(ml.Model.Load(path, out _), schema);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or FormatException)
        {
            throw new UserException($"{path} is not a model that can be read ({e.Message}); train and save it again");
        }
    }

    /// <summary>Reads a file to be scored. The names of the training file help to detect its header.</summary>
    public Table ReadTable(string path, FileFormat format, Action<string> note) =>
        DelimitedFile.Read(path, format, Schema.HasHeader ? [.. Schema.Columns.Select(c => c.Name)] : null, note);
}
