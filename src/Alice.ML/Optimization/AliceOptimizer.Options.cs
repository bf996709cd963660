using TorchSharp.Modules;

namespace Alice.ML.Optimization;

public sealed partial class AliceOptimizer
{
    /// <summary>
    /// What changes in a parameter group during a run: the learning rate of a schedule, and the count of steps.
    /// </summary>
    public sealed class Options : OptimizerOptions
    {
        private const byte Version = 2;
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

        internal AliceRun Run { get; set; } = new(0);

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(Version);
            writer.Write(StepCount);
            Run.Save(writer);
            AliceOptionsFormat.Write(writer, Settings);
        }

        /// <inheritdoc/>
        /// <exception cref="InvalidDataException">The state was written by a later version.</exception>
        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            var version = reader.ReadByte();
            if (version != Version)
                throw new InvalidDataException(
                    $"The optimizer state has version {version}; this Alice.ML reads {Version}. Load the weights alone and begin a new run.");
            StepCount = reader.ReadInt64();
            Run.Load(reader);
            Settings = AliceOptionsFormat.Read(reader) with { Generator = Settings.Generator };
        }

        /// <inheritdoc/>
        public override void LoadStateDict(OptimizerOptions source)
        {
            if (source is not Options other)
                throw new ArgumentException("The state is not that of an AliceOptimizer.", nameof(source));
            base.LoadStateDict(source);
            StepCount = other.StepCount;
            Run.Load(other.Run);
            Settings = other.Settings with { Generator = Settings.Generator };
        }
    }
}
