using System.Globalization;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Members;

/// <summary>Watches the training loss. Where it stops being finite or grows beyond reason, training goes back to the
/// best weights so far and goes on with half the learning rate, ten times at most: a thousandth of it trains what can
/// be trained.
/// </summary>
internal sealed class Divergence(Tensor start) : IDisposable
{
    private readonly Tensor _best = start.clone().DetachFromDisposeScope();
    private double? _startLoss;
    private double _bestLoss = double.PositiveInfinity;
    private int _retries;

    /// <summary>What the learning rate is multiplied by.</summary>
    public double RateFactor { get; private set; } = 1;

    /// <summary>Whether it may go back no more.</summary>
    public bool IsExhausted => _retries >= AutoRules.MostRetries;

    /// <summary>Whether it diverged too often.</summary>
    public bool GaveUp => _retries > AutoRules.MostRetries;

    /// <summary>Whether an epoch's mean loss is not finite, or more than 100 times the loss before the first step of
    /// all.</summary>
    /// <param name="loss">The mean.</param>
    /// <param name="first">The loss before the first step of the epoch.</param>
    public bool HasDiverged(double loss, double first)
    {
        _startLoss ??= Math.Max(first, AutoRules.LeastFirstLoss);
        return !double.IsFinite(loss) || loss > AutoRules.LossBeyondReason * _startLoss;
    }

    /// <summary>Takes note of an epoch that went well.</summary>
    public void Remember(double loss, Tensor weights)
    {
        if (loss >= _bestLoss)
            return;
        _bestLoss = loss;
        _best.copy_(weights);
    }

    /// <summary>The weights to go on from.</summary>
    /// <exception cref="InvalidOperationException">It diverged too often.</exception>
    public Tensor GoBack(double learningRate)
    {
        _retries++;
        if (GaveUp)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Training diverged {_retries} times, the last time at learning rate {learningRate * RateFactor:g3}. "
                + $"Set LearningRate below that, lower the optimizer's MaximumStep, or look for extreme values in "
                + $"features and label."));
        RateFactor /= 2;
        return _best;
    }

    /// <summary>Writes all that later judgments depend on.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.WriteTensor(_best);
        writer.WriteOptional(_startLoss);
        writer.Write(_bestLoss);
        writer.Write(_retries);
        writer.Write(RateFactor);
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        reader.ReadTensor(_best, "best weights");
        _startLoss = reader.ReadOptional();
        _bestLoss = reader.ReadDouble();
        _retries = reader.ReadInt32();
        RateFactor = reader.ReadDouble();
    }

    public void Dispose() => _best.Dispose();
}
