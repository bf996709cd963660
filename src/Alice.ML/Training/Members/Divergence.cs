using System.Globalization;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Members;

/// <summary>Detects divergence from the training loss. If the loss is not finite or grows too much, training returns to
/// the best weights so far and continues with half the learning rate. It does so at most ten times: if a thousandth of
/// the learning rate does not train, nothing does.</summary>
internal sealed class Divergence(Tensor start) : IDisposable
{
    private readonly Tensor _best = start.clone().DetachFromDisposeScope();
    private double? _startLoss;
    private double _bestLoss = double.PositiveInfinity;
    private int _retries;

    /// <summary>Factor on the learning rate.</summary>
    public double RateFactor { get; private set; } = 1;

    /// <summary>Whether all retries are used up.</summary>
    public bool IsExhausted => _retries >= AutoRules.MostRetries;

    /// <summary>Whether training diverged too often.</summary>
    public bool GaveUp => _retries > AutoRules.MostRetries;

    /// <summary>Whether an epoch's mean loss is not finite, or more than 100 times the loss before the very first
    /// step.</summary>
    /// <param name="loss">Mean loss of the epoch.</param>
    /// <param name="first">The loss before the first step of the epoch.</param>
    public bool HasDiverged(double loss, double first)
    {
        _startLoss ??= Math.Max(first, AutoRules.LeastFirstLoss);
        return !double.IsFinite(loss) || loss > AutoRules.LossBeyondReason * _startLoss;
    }

    /// <summary>Records an epoch that did not diverge.</summary>
    public void Remember(double loss, Tensor weights)
    {
        if (loss >= _bestLoss)
            return;
        _bestLoss = loss;
        _best.copy_(weights);
    }

    /// <summary>Returns the weights to continue from.</summary>
    /// <exception cref="InvalidOperationException">Training diverged too often.</exception>
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

    /// <summary>Writes the state.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.WriteTensor(_best);
        writer.WriteOptional(_startLoss);
        writer.Write(_bestLoss);
        writer.Write(_retries);
        writer.Write(RateFactor);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
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
