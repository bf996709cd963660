using Alice.ML.Optimization.Update;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <content>Minibatches whose loss or gradient is not finite.</content>
public sealed partial class AliceOptimizer
{
    // While averages fill, the constants of a step depend on the count, so the host must know at once what was skipped.
    private bool CanDeferFiniteCheck() =>
        (DefersFiniteCheck || Blocks.All(block => block.Device.type != DeviceType.CPU))
        && _groups.Any(group => group.Step is not null)
        && _groups.All(group => group.Step is null || group.IsSettled)
        && Blocks.All(block => block.IsOn(_groups[0].Blocks[0].Device));

    private void ReadDeferredSkips(Tensor? loss)
    {
        if (_deferredSkips is null)
            return;
        var (skipped, inARow) = _deferredSkips.Read();
        _deferredSkips.Dispose();
        _deferredSkips = null;
        foreach (var group in _groups)
            group.Uncount(skipped);
        _run.StepCount -= skipped;
        CountSkipped(loss, skipped, inARow);
    }

    private void CountSkipped(Tensor? loss, long skipped, long inARow)
    {
        _run.SkippedSteps += skipped;
        _run.SkippedInARow = inARow;
        if (inARow < MaximumSkippedInARow || loss is null)
            return;
        loss.Dispose();
        throw new InvalidOperationException(
            FormattableString.Invariant($"{inARow} minibatches in a row gave a loss or gradient that is not finite ")
            + FormattableString.Invariant($"(after {_run.StepCount} good steps). ")
            + (Blocks.All(block => AliceUpdate.IsFinite(block.State.Center))
                ? "The parameters hold their last good values. Lower LearningRate, or look for infinite or missing "
                + "values in the inputs."
                : "Values that are not finite were written into the parameters. Load good ones into the module."));
    }
}
