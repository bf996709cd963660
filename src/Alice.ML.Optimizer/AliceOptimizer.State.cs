using Alice.ML.Files;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <content>The state dictionary, and its binary form: one <see cref="CheckedRecord"/> for all groups and parameters,
/// read and written by the options of the first group. TorchSharp's base class reads one part after another. With a
/// record per part, a damaged part would be found only after earlier parts had been overwritten.</content>
public sealed partial class AliceOptimizer
{
    private const uint StateMark = 0x54534c41; // "ALST"
    private const byte StateVersion = 3;
    private const string StateName = "optimizer state";

    /// <summary>Returns everything needed to continue: options, learning rates, the counts of steps and skipped steps,
    /// the key of the random directions, and six tensors for each parameter. The entries are the optimizer's own
    /// objects, not copies.</summary>
    public override StateDictionary state_dict()
    {
        ReadDeferredSkips(loss: null);
        using (no_grad())
            TakeOver();
        return base.state_dict();
    }

    /// <summary>Copies the state of another optimizer whose groups and parameters have the same shapes. The parameters
    /// of the module become the μ of that state. If this method throws, nothing has changed.</summary>
    /// <exception cref="ArgumentException">The state is not that of an AliceOptimizer, or its groups, shapes or data
    /// types do not match.</exception>
    public override void load_state_dict(StateDictionary state_dict)
    {
        ArgumentNullException.ThrowIfNull(state_dict);
        var mine = this.state_dict();
        if (state_dict.Options.Any(o => o is not Options) || state_dict.State.Any(s => s is not State))
            throw new ArgumentException("The state is not that of an AliceOptimizer.", nameof(state_dict));
        if (state_dict.Options.Count != mine.Options.Count || state_dict.State.Count != mine.State.Count)
            throw new ArgumentException($"The state has {state_dict.Options.Count} groups and {state_dict.State.Count} "
                + $"parameters; the optimizer has {mine.Options.Count} and {mine.State.Count}.", nameof(state_dict));
        foreach (var (to, from) in mine.State.Cast<State>().Zip(state_dict.State.Cast<State>()))
            to.Check(from);
        base.load_state_dict(state_dict);
    }

    /// <summary>Writes the whole state.</summary>
    internal void WriteState(Stream stream)
    {
        var all = state_dict();
        CheckedRecord.Write(stream, StateMark, StateVersion, writer =>
        {
            _run.Save(writer);
            writer.Write(all.Options.Count);
            writer.Write(all.State.Count);
            foreach (Options options in all.Options)
                options.Write(writer);
            foreach (State state in all.State)
                state.Write(writer);
        });
    }

    /// <summary>Reads and checks a whole state. <see cref="LoadedState.Apply"/> applies it.</summary>
    internal LoadedState ReadState(Stream stream) =>
        CheckedRecord.Read(stream, StateMark, StateVersion, StateName, reader =>
    {
        var all = state_dict();
        var loaded = new LoadedState();
        try
        {
            var run = new AliceRun(0);
            run.Load(reader);
            loaded.Add(() => _run.Load(run));
            if ((reader.ReadInt32(), reader.ReadInt32()) is var (groups, parameters)
                && (groups != all.Options.Count || parameters != all.State.Count))
                throw new ArgumentException($"The state has {groups} groups and {parameters} parameters; the optimizer "
                    + $"has {all.Options.Count} and {all.State.Count}.");
            foreach (Options options in all.Options)
                loaded.Add(options.Read(reader));
            foreach (var (i, state) in all.State.Cast<State>().Index())
                state.Read(reader, $"parameter {i}", loaded);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    });

    /// <summary>The entry of one parameter in the state dictionary: views of its block.</summary>
    private sealed class State(ParameterBlock block, int index) : OptimizerState(block.Parameters[index])
    {
        public AliceParameterState Values => block.ParameterStates[index];

        public void Write(BinaryWriter writer)
        {
            writer.Write(block.CountOf(index));
            foreach (var tensor in Values.All)
                TensorRecord.Write(writer, tensor);
        }

        public void Read(BinaryReader reader, string name, LoadedState loaded)
        {
            var count = reader.ReadInt64();
            if (count < 0)
                throw new InvalidDataException($"The {StateName} is damaged: {name} has taken part in {count} steps.");
            var tensors = Values.All.Select(mine => loaded.Keep(TensorRecord.Read(reader, mine, name))).ToArray();
            if (!tensors.All(AliceUpdate.IsFinite))
                throw new InvalidDataException(
                    $"The {StateName} holds values of {name} that are not finite. Load an earlier one.");
            if (IsNegative(tensors[3]) || IsNegative(tensors[5]))
                throw new InvalidDataException(
                    $"The {StateName} is damaged: a glass density or mean square of {name} is negative.");
            loaded.Add(() =>
            {
                block.SetCount(index, count);
                foreach (var (mine, theirs) in Values.All.Zip(tensors))
                    mine.copy_(theirs);
                PlaceAtCenter();
            });
        }

        public void Check(State other)
        {
            if (!other.Values.Center.shape.SequenceEqual(_parameter.shape)
                || other.Values.Center.dtype != _parameter.dtype)
                throw new ArgumentException(
                    $"The state is that of a parameter of shape [{string.Join(", ", other.Values.Center.shape)}] and "
                    + $"{other.Values.Center.dtype}, not [{string.Join(", ", _parameter.shape)}] and "
                    + $"{_parameter.dtype}.");
        }

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            // Written by the options of the first group.
        }

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader)
        {
            // Read by the options of the first group.
        }

        public override void LoadStateDict(OptimizerState source)
        {
            if (source is not State other)
                throw new ArgumentException("The state is not that of an AliceOptimizer.", nameof(source));
            Check(other);
            using var noGradient = no_grad();
            block.SetCount(index, other.CountOfSteps);
            foreach (var (mine, theirs) in Values.All.Zip(other.Values.All))
                mine.copy_(theirs);
            PlaceAtCenter();
        }

        public override void Initialize(OptimizerOptions options)
        {
            block.SetCount(index, 0);
            using var noGradient = no_grad();
            foreach (var tensor in Values.All)
                tensor.zero_();
            Values.Center.copy_(_parameter);
            Values.LookAhead.copy_(_parameter);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State state && Values.All.Zip(state.Values.All).All(pair => pair.First.allclose(pair.Second));

        public override void to(Device device) => block.To(device);

        private static bool IsNegative(Tensor values)
        {
            if (values.numel() == 0)
                return false;
            using var least = values.min();
            using var wide = least.to(ScalarType.Float64);
            return wide.item<double>() < 0;
        }

        private long CountOfSteps => block.CountOf(index);

        private void PlaceAtCenter()
        {
            using var noGradient = no_grad();
            _parameter.copy_(Values.Center);
        }
    }
}
