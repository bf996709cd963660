using Alice.ML.Optimization.Update;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <content>A step with a closure.</content>
public sealed partial class AliceOptimizer
{
    private sealed class ClosureStep(AliceOptimizer optimizer, Func<Tensor> closure) : IStepOfAlice, IDisposable
    {
        private readonly FiniteCheck _check = new(
            optimizer.CanDeferFiniteCheck() ? optimizer._groups[0].Blocks[0].Device : null);
        private readonly BufferReplay _buffers = new(optimizer._module);
        private RandomReplay? _random;
        private Tensor? _loss;

        public bool IsSample { get; } = optimizer._groups.Any(group => group.IsSample);

        private AliceRun Run => optimizer._run;

        /// <summary>Takes one step.</summary>
        /// <returns>The loss of the last evaluation. The caller disposes it.</returns>
        public Tensor Take()
        {
            var isGood = false;
            try
            {
                var step = this;
                isGood = StepProtocol.Take(ref step);
                if (!isGood)
                    optimizer.CountSkipped(_loss, 1, Run.SkippedInARow + 1);
                return _loss!;
            }
            finally
            {
                if (!isGood)
                    _buffers.Rewind();
                foreach (var block in optimizer.Blocks)
                    block.PlaceAtCenter();
            }
        }

        public void Perturb()
        {
            foreach (var group in optimizer._groups)
                group.Perturb(optimizer.Directions, Run.DirectionKey);
            var usesCuda = optimizer.Blocks.Any(block => block.Device.type == DeviceType.CUDA);
            var seed = (long)(StepProtocol.Key(Run.DirectionKey, Run.StepCount + 1) >> 1);
            _random = new RandomReplay(usesCuda ? seed : null, optimizer._drawsRandom);
        }

        public bool Evaluate(EvaluationPoint point)
        {
            if (_random is null && optimizer._drawsRandom)
            {
                using (RandomReplay.WaitForTurn())
                    return EvaluateNow(point);
            }
            if (_loss is not null)
                Rewind();
            return EvaluateNow(point);
        }

        public void Update() => optimizer.Update(_check.OnDevice, _loss!);

        public void Dispose()
        {
            _random?.Dispose();
            _buffers.Dispose();
            _check.Dispose();
        }

        /// <summary>Restores random draws and buffers, so that the next evaluation sees the same as the last.</summary>
        private void Rewind()
        {
            _loss!.Dispose();
            optimizer._drawsRandom = _random!.HasDrawn;
            _random.Rewind();
            _buffers.Rewind();
        }

        private bool EvaluateNow(EvaluationPoint point)
        {
            foreach (var group in optimizer._groups)
                group.Place(point);
            using (enable_grad())
                _loss = closure() ?? throw new InvalidOperationException("The closure returned no loss.");
            if (optimizer._groups.Any(group => group.Step is not null))
                _check.AddLoss(_loss);
            foreach (var group in optimizer._groups)
                group.Gather(point, _check);
            return _check.IsFinite;
        }
    }
}
