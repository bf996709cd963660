using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

public sealed partial class AliceOptimizer
{
    /// <summary>One parameter's entry in the state dictionary: a window on its block.</summary>
    private sealed class State(ParameterBlock block, int index) : OptimizerState(block.Parameters[index])
    {
        public AliceParameterState Values => block.ParameterStates[index];

        private long Count => block.CountOf(index);

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(block.CountOf(index));
            foreach (var tensor in Values.All)
                tensor.Save(writer);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            block.SetCount(index, reader.ReadInt64());
            foreach (var tensor in Values.All)
                tensor.Load(reader);
            PlaceAtCenter();
        }

        public override void LoadStateDict(OptimizerState source)
        {
            if (source is not State other)
                throw new ArgumentException("The state is not that of an AliceOptimizer.", nameof(source));
            if (!other.Values.Center.shape.SequenceEqual(_parameter.shape))
                throw new ArgumentException(
                    $"The state is that of a parameter of shape [{string.Join(", ", other.Values.Center.shape)}], not "
                    + $"[{string.Join(", ", _parameter.shape)}].", nameof(source));
            block.SetCount(index, other.Count);
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

        private void PlaceAtCenter()
        {
            using var noGradient = no_grad();
            _parameter.copy_(Values.Center);
        }
    }
}
