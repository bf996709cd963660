using Alice.ML.Optimization.Options;
using TorchSharp.Modules;

namespace Alice.ML.Optimization;

public sealed partial class AliceOptimizer
{
    /// <summary>Options of a parameter group: the current learning rate, which a schedule may change, the constants of
    /// the update, and the number of steps.</summary>
    public sealed class Options : OptimizerOptions
    {
        private AliceOptimizerOptions _settings;

        /// <summary>Creates options that start with the learning rate of <paramref name="settings"/>.</summary>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public Options(AliceOptimizerOptions settings)
        {
            ArgumentNullException.ThrowIfNull(settings);
            settings.Validate();
            _settings = settings;
            LearningRate = settings.LearningRate;
            InitialLearningRate = settings.LearningRate;
        }

        /// <summary>The constants of the update.</summary>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public AliceOptimizerOptions Settings
        {
            get => _settings;
            set
            {
                ArgumentNullException.ThrowIfNull(value);
                value.Validate();
                _settings = value;
            }
        }

        /// <summary>Number of steps n that changed the state of this group.</summary>
        public long StepCount { get; internal set; }

        internal AliceOptimizer? Optimizer { get; set; }

        /// <summary>Writes the state of the whole optimizer if this is the first group. Writes nothing for other
        /// groups.</summary>
        public override void SaveStateDict(BinaryWriter writer)
        {
            ArgumentNullException.ThrowIfNull(writer);
            if (IsFirst)
                Optimizer!.WriteState(writer.BaseStream);
        }

        /// <summary>Reads the state of the whole optimizer if this is the first group. If this method throws, nothing
        /// has changed.</summary>
        /// <exception cref="InvalidDataException">The state is damaged, or was written by another version.</exception>
        /// <exception cref="ArgumentException">The state does not match the groups, shapes or data types of this
        /// optimizer.</exception>
        public override void LoadStateDict(BinaryReader reader)
        {
            ArgumentNullException.ThrowIfNull(reader);
            if (!IsFirst)
                return;
            using var loaded = Optimizer!.ReadState(reader.BaseStream);
            loaded.Apply();
        }

        /// <inheritdoc/>
        public override void LoadStateDict(OptimizerOptions source)
        {
            if (source is not Options other)
                throw new ArgumentException("The state is not that of an AliceOptimizer.", nameof(source));
            base.LoadStateDict(source);
            StepCount = other.StepCount;
            if (IsFirst && other.Optimizer is { } from)
                Optimizer!._run.Load(from._run);
            Settings = other.Settings with { Generator = Settings.Generator };
        }

        internal void Write(BinaryWriter writer)
        {
            writer.Write(InitialLearningRate);
            writer.Write(LearningRate ?? Settings.LearningRate);
            writer.Write(StepCount);
            AliceOptionsFormat.Write(writer, Settings);
        }

        /// <summary>Reads and checks a state. The returned action applies it.</summary>
        internal Action Read(BinaryReader reader)
        {
            var (initial, rate, steps) = (reader.ReadDouble(), reader.ReadDouble(), reader.ReadInt64());
            var settings = AliceOptionsFormat.Read(reader) with { Generator = Settings.Generator };
            if (!(double.IsFinite(initial) && rate >= 0 && double.IsFinite(rate) && steps >= 0))
                throw new InvalidDataException(FormattableString.Invariant(
                    $"The {StateName} is damaged: learning rate {rate}, at first {initial}, after {steps} steps."));
            settings.Validate();
            return () =>
            {
                (InitialLearningRate, LearningRate, StepCount, Settings) = (initial, rate, steps, settings);
            };
        }

        private bool IsFirst => ReferenceEquals(Optimizer?._parameter_groups[0].Options, this);
    }
}
