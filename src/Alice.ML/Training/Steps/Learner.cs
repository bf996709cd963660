using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Training.Steps;

/// <summary>The parameters of a network with their optimizer state, and the step that changes them.</summary>
internal abstract class Learner : IDisposable
{
    /// <param name="shape">Sizes of the network.</param>
    /// <param name="objective">The loss to minimize.</param>
    /// <param name="start">Initial weights. They are copied.</param>
    protected Learner(NetworkShape shape, Objective objective, Tensor start)
    {
        (Shape, Objective) = (shape, objective);
        State = new AliceState(start);
    }

    public NetworkShape Shape { get; }

    protected Objective Objective { get; }

    public AliceState State { get; }

    /// <summary>Number of minibatch gradients so far.</summary>
    public long GradientEvaluations { get; protected set; }

    /// <summary>The mean of the weights. Null if there is none.</summary>
    protected Tensor? Mean { get; set; }

    /// <summary>Number of weight vectors in the mean.</summary>
    protected int Averaged { get; set; }

    /// <summary>Whether the epoch has taken no step yet.</summary>
    protected bool IsFirst { get; set; }

    /// <summary>The weights that predictions use: the current ones or, if the schedule averages, their mean.</summary>
    public Tensor Current => Averaged > 0 ? Mean! : State.Center;

    /// <summary>Resets the sum of losses for a new epoch.</summary>
    public abstract void StartEpoch();

    /// <summary>The losses of the steps of the epoch, each measured before the step. The host waits for the
    /// device.</summary>
    public abstract (double First, double Sum) Losses();

    /// <summary>Takes a step on a minibatch.</summary>
    /// <param name="batch">The reader of the minibatch.</param>
    /// <param name="step">The step.</param>
    /// <param name="kept">Factor of weight decay on the weights, if they move.</param>
    /// <param name="key">Key of the random numbers of the step.</param>
    public abstract void Step(BatchReader batch, in AliceStep step, double kept, ulong key);

    /// <summary>Adds the current weights to the mean.</summary>
    public void Average()
    {
        Mean ??= zeros_like(State.Center).DetachFromDisposeScope();
        UpdateMean(Mean, Averaged / (Averaged + 1.0));
        Averaged++;
    }

    /// <summary>Restarts the mean.</summary>
    public void ForgetAverage() => Averaged = 0;

    /// <summary>Resets the optimizer state and starts from other weights.</summary>
    public void Restart(Tensor weights)
    {
        State.Restart(weights);
        Averaged = 0;
    }

    /// <summary>Writes the state that later steps depend on.</summary>
    public void Save(BinaryWriter writer)
    {
        State.Save(writer);
        writer.Write(Averaged);
        if (Averaged > 0)
            writer.WriteTensor(Mean!);
        writer.Write(GradientEvaluations);
        writer.Write(IsFirst);
        var (first, sum) = Losses();
        writer.Write(first);
        writer.Write(sum);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        State.Restore(reader);
        Averaged = reader.ReadInt32();
        if (Averaged > 0)
            reader.ReadTensor(Mean ??= zeros_like(State.Center).DetachFromDisposeScope(), "mean");
        GradientEvaluations = reader.ReadInt64();
        IsFirst = reader.ReadBoolean();
        RestoreLosses(reader.ReadDouble(), reader.ReadDouble());
    }

    /// <summary>Outputs [rows, outputs] at <see cref="Current"/>, for a minibatch in one part; they belong to the
    /// caller's scope.</summary>
    public abstract Tensor Outputs(BatchReader batch);

    public virtual void Dispose()
    {
        State.Dispose();
        Mean?.Dispose();
    }

    /// <summary>Restores what <see cref="Losses"/> returned.</summary>
    protected abstract void RestoreLosses(double first, double sum);

    /// <summary>mean ← center + memory · (mean − center).</summary>
    protected abstract void UpdateMean(Tensor mean, double memory);
}
