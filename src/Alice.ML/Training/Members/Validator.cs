using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Members;

/// <summary>Computes loss and metric of the mean of the members on the validation rows, and decides when to
/// stop.</summary>
internal sealed class Validator(RowSet rows, LearningTask task, TrainingSettings settings) : IDisposable
{
    private readonly HeldOutRows _rows = new(rows, settings);
    private readonly Dictionary<InputEncoding, BatchReader> _readers = [];
    private double _bestLoss = double.PositiveInfinity;
    private bool _isFirst = true;
    private int _worse;

    /// <summary>Whether the loss has not improved for as long as the settings allow.</summary>
    public bool ShouldStop => _worse >= settings.Patience;

    /// <summary>Computes the current loss and metric, as weighted means over the rows. The members keep their best
    /// weights.</summary>
    public (double Loss, double Metric) Evaluate(IReadOnlyList<NetworkInTraining> members)
    {
        using var scope = NewDisposeScope();
        var each = Outputs(members);
        var outputs = each[0];
        foreach (var other in each.Skip(1))
            outputs.Add(other);
        outputs.Scale(1.0 / members.Count);
        var metric = _rows.Mean(task.Objective.Measure(outputs, _rows.Targets));
        var loss = _rows.Mean(task.Objective.RowLosses(outputs, _rows.Targets, out _));
        Remember(loss, members);
        return (loss, task.Objective.Metric(metric));
    }

    /// <summary>Writes the state, without the best weights, which the members write.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_bestLoss);
        writer.Write(_isFirst);
        writer.Write(_worse);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader) =>
        (_bestLoss, _isFirst, _worse) = (reader.ReadDouble(), reader.ReadBoolean(), reader.ReadInt32());

    public void Dispose()
    {
        foreach (var reader in _readers.Values)
            reader.Dispose();
        _rows.Dispose();
    }

    /// <summary>Outputs of all members, on whichever rank they train, in a fixed order, because sums of floats depend
    /// on it.</summary>
    private Tensor[] Outputs(IReadOnlyList<NetworkInTraining> members)
    {
        var spread = settings.Spread;
        var all = new Tensor[members.Count];
        for (var i = 0; i < all.Length; i++)
            if (spread.IsOwn(members[i]))
                all[i] = Outputs(members[i]);
        spread.Share(members,
            (writer, i) => writer.WriteFloats(all[i].data<float>().ToArray()),
            (reader, i) => all[i] = tensor(reader.ReadFloats()).view(-1, members[i].Shape.LayerSizes[^1]));
        return all;
    }

    private Tensor Outputs(NetworkInTraining member)
    {
        if (!_readers.TryGetValue(member.Inputs, out var reader))
            _readers[member.Inputs] = reader = _rows.Open(member.Inputs);
        return task.Hold(_rows.Outputs(member, reader));
    }

    private void Remember(double loss, IReadOnlyList<NetworkInTraining> members)
    {
        _worse = loss < _bestLoss * (1 - settings.MinimumImprovement) ? 0 : _worse + 1;
        // If all losses are infinite, the first epoch is reported as the best.
        if (!_isFirst && !(loss < _bestLoss))
            return;
        (_isFirst, _bestLoss) = (false, loss);
        foreach (var member in members)
            member.KeepWeights();
    }
}
