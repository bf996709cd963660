using Alice.ML.Training.Batches;
using Alice.ML.Training.Members;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>A split of the rows into training rows and held-out rows, on which candidates are compared.</summary>
internal sealed class PlanFold(RowSet training, RowSet heldOut, TrainingSettings settings) : IDisposable
{
    private readonly HeldOutRows _heldOut = new(heldOut, settings);

    public RowSet Training => training;

    /// <summary>Targets [rows, labels] of the held-out rows.</summary>
    public Tensor Targets => _heldOut.Targets;

    /// <summary>Outputs [rows, outputs] of each network for the held-out rows, limited to the range that the model will
    /// use. They belong to no scope.</summary>
    public Tensor[] Outputs(IReadOnlyList<NetworkInTraining> members, LearningTask task)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var reader = _heldOut.Open(members[0].Inputs);
        return [.. members.Select(member => task.Hold(_heldOut.Outputs(member, reader)).DetachFromDisposeScope())];
    }

    /// <summary>Weighted mean of the loss by which networks are compared. Infinite if it is not a number.</summary>
    public double Loss(Objective objective, Tensor outputs)
    {
        var loss = Mean(objective.ComparedLosses(outputs, Targets));
        return double.IsFinite(loss) ? loss : double.PositiveInfinity;
    }

    /// <summary>Weighted mean of values [rows, 1] of the held-out rows.</summary>
    public double Mean(Tensor values) => _heldOut.Mean(values);

    public void Dispose() => _heldOut.Dispose();
}
