using Alice.ML.Files;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>A run in one file: the weights and buffers of a module, the state of its <see cref="AliceOptimizer"/>, and
/// generators. A process that loads it goes on bit for bit as the one that saved it would have, on the same processor
/// and libtorch.
/// </summary>
/// <remarks>The process's default generator, which dropout draws from, is part of it. What else a loop keeps is its own
/// to save: the epoch, the order of its rows, a learning-rate schedule beyond the rate of the moment. On CUDA devices
/// TorchSharp cannot read the state of the default generators: there dropout goes on with other draws. The file is that
/// of this library, not PyTorch's; a CRC-32C finds damage by accident, not by intent.
/// </remarks>
public static class AliceCheckpoint
{
    private const uint Mark = 0x50434c41; // "ALCP"
    private const byte Version = 1;
    private const string Name = "checkpoint";

    /// <summary>Writes the file; one that is there stays until the new one is whole on the disk.</summary>
    /// <param name="path">The file.</param>
    /// <param name="module">The module that is trained.</param>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="generators">Generators of the caller, such as that of the order of the rows.</param>
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

    /// <summary>Reads a file of <see cref="Save"/>. All of it is read and checked first: where this throws, nothing was
    /// changed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="module">A module of the same layers.</param>
    /// <param name="optimizer">Its optimizer, of the same groups; options and learning rates become those of the
    /// file.</param>
    /// <param name="generators">As many generators as were saved, in their order.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or was written by another version.</exception>
    /// <exception cref="ArgumentException">The module, the optimizer or the generators are others than those
    /// saved.</exception>
    public static void Load(string path, nn.Module module, AliceOptimizer optimizer, params Generator[] generators)
    {
        Check(path, module, optimizer, generators);
        using var byDefault = Generator.Default;
        using var stream = File.OpenRead(path);
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
        if (stream.Position < stream.Length)
            throw new InvalidDataException($"The {Name} is damaged: something follows it. Load an earlier one.");
        loaded.Apply();
    }

    private static void Read(
        BinaryReader reader, LoadedState loaded, nn.Module module, AliceOptimizer optimizer, Generator[] generators)
    {
        var tensors = module.state_dict();
        if (reader.ReadInt32() is var count && count != tensors.Count)
            throw new ArgumentException(
                $"The {Name} is that of a module of {count} tensors; this one has {tensors.Count}.");
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
