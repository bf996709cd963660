using Alice.ML.Training.Batches;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Members;

/// <summary>Rows to evaluate networks on, in order, those of rank 0 first. Each rank evaluates its own rows, and the
/// outputs are gathered, so that all ranks get the same results.</summary>
internal sealed class HeldOutRows : IDisposable
{
    private const int RowsAtOnce = 4096;

    private readonly BatchSource _batches;
    private readonly Peers? _peers;

    /// <param name="rows">The rows, with targets as labels. Not owned.</param>
    /// <param name="settings">Settings of the run.</param>
    public HeldOutRows(RowSet rows, TrainingSettings settings)
    {
        _batches = BatchSource.Create(rows, RowsAtOnce, settings, isShared: false);
        (_peers, Count) = (rows.Data.Peers, rows.TotalCount);
        using var scope = NewDisposeScope();
        var order = rows.InOrder();
        var labels = rows.Data.LabelCount;
        Targets = Load(order.SelectMany(row => new ArraySegment<float>(rows.Data.LabelArray, row * labels, labels)));
        if (rows.Data.WeightArray is { } weights)
            Weights = Load(order.Select(row => (float)(weights[row] * _batches.WeightScale)));

        Tensor Load(IEnumerable<float> values)
        {
            float[] own = [.. values];
            return tensor(_peers?.Gather<float>(own) ?? own).view(Count, -1).to(settings.Device)
                .DetachFromDisposeScope();
        }
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>[rows, labels].</summary>
    public Tensor Targets { get; }

    /// <summary>[rows, 1]; null where every row counts the same.</summary>
    public Tensor? Weights { get; }

    /// <summary>Makes a reader for <see cref="Outputs"/>. One reader serves one thread.</summary>
    public BatchReader Open(InputEncoding inputs) => _batches.Open(inputs);

    /// <summary>Current outputs [rows, outputs] of a member. They belong to the caller's scope.</summary>
    public Tensor Outputs(NetworkInTraining member, BatchReader reader)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var i = 0; i < _batches.Count; i++)
        {
            reader.Read(i);
            parts.Add(member.Outputs(reader));
        }
        if (_peers is not null)
            parts = [Gather(_peers, parts, member.Shape.LayerSizes[^1])];
        return (parts.Count == 1 ? parts[0] : cat(parts, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>Weighted mean of values [rows, 1].</summary>
    public double Mean(Tensor values) => Weights is null
        ? Sum(values) / Count
        : Sum(values.mul(Weights)) / Sum(Weights);

    private static double Sum(Tensor values) => values.sum(ScalarType.Float64).cpu().item<double>();

    private Tensor Gather(Peers peers, List<Tensor> parts, int outputs)
    {
        peers.Meet();
        float[] own = [.. parts.SelectMany(part => part.data<float>().ToArray())];
        return tensor(peers.Gather<float>(own), Count, outputs);
    }

    public void Dispose()
    {
        Targets.Dispose();
        Weights?.Dispose();
        _batches.Dispose();
    }
}
