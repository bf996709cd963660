using Alice.ML.Files;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>Saves and loads a training run in one file: the weights and buffers of a module, the state of its
/// <see cref="AliceOptimizer"/>, and random generators. A process that loads the file continues exactly as the process
/// that saved it would have, bit for bit, on the same kind of processor and the same libtorch version.</summary>
/// <remarks>The file includes the state of the process's default CPU generator, which dropout draws from. The caller
/// must save everything else that the training loop keeps, such as the epoch, the order of the rows and the state of a
/// learning-rate schedule. TorchSharp cannot read the state of the default generators of CUDA devices, so dropout there
/// continues with different draws. The format is specific to this library and not PyTorch's. A CRC-32C checksum detects
/// accidental damage, not tampering.
/// </remarks>
public static class AliceCheckpoint
{
    private const uint Mark = 0x50434c41; // "ALCP"
    private const byte Version = 1;
    private const string Name = "checkpoint";

    /// <summary>Writes the checkpoint. An existing file is replaced only when the new one is complete on
    /// disk.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="module">The module being trained.</param>
    /// <param name="optimizer">The optimizer of the module.</param>
    /// <param name="generators">Other generators to save, such as the one that shuffles the rows.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, nn.Module module, AliceOptimizer optimizer, params Generator[] generators)
    {
        Check(path, module, optimizer, generators);
        using var byDefault = Generator.Default;
        WholeFile.Write(path, stream => CheckedRecord.Write(stream, Mark, Version, writer =>
        {
            var tensors = module.state_dict();
            writer.Write(tensors.Count);
            foreach (var (name, tensor) in tensors)
            {
                writer.Write(name);
                TensorRecord.Write(writer, tensor);
            }
            writer.Flush();
            optimizer.WriteState(writer.BaseStream);
            writer.Write(generators.Length);
            foreach (var generator in generators.Prepend(byDefault))
            {
                using var state = generator.get_state();
                TensorRecord.Write(writer, state);
            }
        }));
    }

    /// <summary>Reads a file that <see cref="Save"/> has written. The whole file is read and checked first: if this
    /// method throws, nothing has changed.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="module">A module with the same layers as the saved one.</param>
    /// <param name="optimizer">The optimizer of the module, with the same parameter groups. Its options and learning
    /// rates are replaced by those in the file.</param>
    /// <param name="generators">The generators to restore: as many as were saved, in the same order.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or was written by another version.</exception>
    /// <exception cref="ArgumentException">The module, the optimizer or the generators do not match the
    /// file.</exception>
    public static void Load(string path, nn.Module module, AliceOptimizer optimizer, params Generator[] generators)
    {
        Check(path, module, optimizer, generators);
        using var byDefault = Generator.Default;
        using var stream = File.OpenRead(path);
        // First, because damage to a name or a length would look like another module or like an error of the disk.
        CheckedRecord.Verify(stream, Mark, Version, Name, " Load an earlier one.");
        stream.Position = 0;
        using var loaded = CheckedRecord.Read(stream, Mark, Version, Name, reader =>
        {
            var loaded = new LoadedState();
            try
            {
                Read(reader, loaded, module, optimizer, [byDefault, .. generators]);
                return loaded;
            }
            catch
            {
                loaded.Dispose();
                throw;
            }
        });
        loaded.Apply();
    }

    private static void Read(
        BinaryReader reader, LoadedState loaded, nn.Module module, AliceOptimizer optimizer, Generator[] generators)
    {
        var tensors = module.state_dict();
        if (reader.ReadInt32() is var count && count != tensors.Count)
            throw new ArgumentException(
                $"The {Name} is that of a module with {count} tensors; this one has {tensors.Count}.");
        for (var i = 0; i < count; i++)
        {
            var name = reader.ReadString();
            if (!tensors.TryGetValue(name, out var mine))
                throw new ArgumentException($"The {Name} has a tensor '{name}', which the module does not have.");
            var values = loaded.Keep(TensorRecord.Read(reader, mine, name));
            loaded.Add(() => mine.copy_(values));
        }
        var state = loaded.Keep(optimizer.ReadState(reader.BaseStream));
        loaded.Add(state.Apply);
        if (reader.ReadInt32() is var given && given != generators.Length - 1)
            throw new ArgumentException($"The {Name} holds {given} generators, and {generators.Length - 1} are given.");
        foreach (var (i, generator) in generators.Index())
        {
            using var now = generator.get_state();
            var saved = loaded.Keep(TensorRecord.Read(reader, now, $"generator {i}"));
            loaded.Add(() => generator.set_state(saved));
        }
    }

    private static void Check(string path, nn.Module module, AliceOptimizer optimizer, Generator[] generators)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(generators);
    }
}
