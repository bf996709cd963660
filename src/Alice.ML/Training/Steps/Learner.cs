using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Training.Steps;

/// <summary>A network's parameters with what the optimizer knows of them, and what a step does to them.</summary>
internal abstract class Learner : IDisposable
{
    /// <param name="shape">Sizes of the network.</param>
    /// <param name="objective">What it minimizes.</param>
    /// <param name="start">Weights to start from; copied.</param>
    protected Learner(NetworkShape shape, Objective objective, Tensor start)
    {
        (Shape, Objective) = (shape, objective);
        State = new AliceState(start);
    }

    public NetworkShape Shape { get; }

    protected Objective Objective { get; }

    public AliceState State { get; }

    /// <summary>Minibatch gradients so far.</summary>
    public long GradientEvaluations { get; protected set; }

    /// <summary>The mean of weights; null before there was one.</summary>
    protected Tensor? Mean { get; set; }

    /// <summary>Weights that belong to it.</summary>
    protected int Averaged { get; set; }

    /// <summary>Whether the epoch's first step is still to come.</summary>
    protected bool IsFirst { get; set; }

    /// <summary>What predictions use now: the weights, or where the schedule averages, their mean.</summary>
    public Tensor Current => Averaged > 0 ? Mean! : State.Center;

    /// <summary>Begins an epoch's sum of losses.</summary>
    public abstract void StartEpoch();

    /// <summary>The losses of the epoch's steps, each before it. The host waits.</summary>
    public abstract (double First, double Sum) Losses();

    /// <summary>Learns from a minibatch.</summary>
    /// <param name="batch">What read it.</param>
    /// <param name="step">The step.</param>
    /// <param name="kept">What weight decay multiplies the weights by, if they move.</param>
    /// <param name="key">Decides the random numbers of the step.</param>
    public abstract void Step(BatchReader batch, in AliceStep step, double kept, ulong key);

    /// <summary>Takes the weights of now into the mean.</summary>
    public void Average()
    {
        Mean ??= zeros_like(State.Center).DetachFromDisposeScope();
        UpdateMean(Mean, Averaged / (Averaged + 1.0));
        Averaged++;
    }

    /// <summary>Begins the mean anew.</summary>
    public void ForgetAverage() => Averaged = 0;

    /// <summary>Forgets all that was learned and starts from other weights.</summary>
    public void Restart(Tensor weights)
    {
        State.Restart(weights);
        Averaged = 0;
    }

    /// <summary>Writes all that later steps depend on.</summary>
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

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
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

    /// <summary>Takes over what <see cref="Losses"/> gave.</summary>
    protected abstract void RestoreLosses(double first, double sum);

    /// <summary>mean ← center + memory · (mean − center).</summary>
    protected abstract void UpdateMean(Tensor mean, double memory);
}
