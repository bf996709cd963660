using Alice.ML.Training.Batches;
using Alice.ML.Training.Members;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>A division of the rows into those to train on and held-out ones, which candidates are judged by.</summary>
internal sealed class PlanFold(RowSet training, RowSet heldOut, TrainingSettings settings) : IDisposable
{
    private readonly HeldOutRows _heldOut = new(heldOut, settings);

    public RowSet Training => training;

    /// <summary>Targets [rows, labels] of the held-out rows.</summary>
    public Tensor Targets => _heldOut.Targets;

    /// <summary>Outputs [rows, outputs] of each network for the held-out rows, held as the model holds them; they
    /// belong to no scope.</summary>
    public Tensor[] Outputs(IReadOnlyList<Member> members, LearningTask task)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var reader = _heldOut.Open(members[0].Inputs);
        return [.. members.Select(member => task.Hold(_heldOut.Outputs(member, reader)).DetachFromDisposeScope())];
    }

    /// <summary>Mean of what networks are compared by, by the rows' weights; infinite where it is no number.</summary>
    public double Loss(Objective objective, Tensor outputs)
    {
        var loss = Mean(objective.ComparedLosses(outputs, Targets));
        return double.IsFinite(loss) ? loss : double.PositiveInfinity;
    }

    /// <summary>Mean of values [rows, 1] of the held-out rows by their weights.</summary>
    public double Mean(Tensor values) => _heldOut.Mean(values);

    public void Dispose() => _heldOut.Dispose();
}
