using Alice.ML.Optimization.Options;
using TorchSharp.Modules;

namespace Alice.ML.Optimization;

public sealed partial class AliceOptimizer
{
    /// <summary>
    /// What changes in a parameter group during a run: the learning rate of a schedule, and the count of steps.
    /// </summary>
    public sealed class Options : OptimizerOptions
    {
        private AliceOptimizerOptions _settings;

        /// <summary>Starts at the learning rate of <paramref name="settings"/>.</summary>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public Options(AliceOptimizerOptions settings)
        {
            ArgumentNullException.ThrowIfNull(settings);
            settings.Validate();
            _settings = settings;
            LearningRate = settings.LearningRate;
            InitialLearningRate = settings.LearningRate;
        }

        /// <summary>Constants of the update.</summary>
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

        /// <summary>n: steps that changed this group's state.</summary>
        public long StepCount { get; internal set; }

        internal AliceOptimizer? Optimizer { get; set; }

        /// <summary>Writes the whole state of the optimizer with its first group; nothing with the others.</summary>
        public override void SaveStateDict(BinaryWriter writer)
        {
            ArgumentNullException.ThrowIfNull(writer);
            if (IsFirst)
                Optimizer!.WriteState(writer.BaseStream);
        }

        /// <summary>Reads the whole state of the optimizer with its first group; where that throws, nothing was
        /// changed.</summary>
        /// <exception cref="InvalidDataException">The state is damaged, or was written by another version.</exception>
        /// <exception cref="ArgumentException">The state is that of other groups, shapes or dtypes.</exception>
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

        /// <summary>Reads and checks; the action puts it into effect.</summary>
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
