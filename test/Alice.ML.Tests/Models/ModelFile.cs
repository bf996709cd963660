using System.IO.Compression;
using Alice.ML.Models.Networks;
using Microsoft.ML;

namespace Alice.ML.Tests.Models;

/// <summary>Saved models, and damaged ones.</summary>
internal static class ModelFile
{
    public static ITransformer SaveAndLoad(MLContext context, ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        context.Model.Save(model, schema, stream);
        return new MLContext().Model.Load(stream, out _);
    }

    /// <summary>Saves a model, changes its networks in the file, and returns why it no longer loads.</summary>
    /// <param name="context">Saves and loads.</param>
    /// <param name="model">The model.</param>
    /// <param name="ensemble">The networks in it.</param>
    /// <param name="schema">Of the data it was fitted to.</param>
    /// <param name="edited">What to write in the place of their bytes; as long as they are.</param>
    public static FormatException LoadEdited(
        MLContext context, ITransformer model, NetworkEnsemble ensemble, DataViewSchema schema, byte[] edited)
    {
        var original = Bytes(ensemble);
        Assert.AreEqual(original.Length, edited.Length);
        using var stream = new MemoryStream();
        context.Model.Save(model, schema, stream);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var edits = archive.Entries.Count(entry => Replace(entry, original, edited));
            Assert.AreEqual(1, edits, "entries of the archive that hold the networks");
        }
        stream.Position = 0;
        var e = Assert.Throws<Exception>(() => context.Model.Load(stream, out _));
        return (FormatException)e.GetBaseException();
    }

    public static byte[] Bytes(NetworkEnsemble ensemble)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        ensemble.Save(writer);
        return stream.ToArray();
    }

    private static bool Replace(ZipArchiveEntry entry, byte[] original, byte[] edited)
    {
        using var content = entry.Open();
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        var start = bytes.AsSpan().IndexOf(original);
        if (start < 0)
            return false;
        content.Position = start;
        content.Write(edited);
        return true;
    }
}
