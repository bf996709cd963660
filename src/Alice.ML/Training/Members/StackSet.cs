using Alice.ML.Training.Batches;
using Alice.ML.Training.Stack;

namespace Alice.ML.Training.Members;

/// <summary>Members with the same minibatches, grouped into stacks of networks with the same layers and
/// options.</summary>
internal sealed class StackSet : IDisposable
{
    private readonly NetworkStack[] _stacks;
    private readonly HashSet<NetworkInTraining> _members;

    /// <param name="members">The members.</param>
    public StackSet(IReadOnlyList<NetworkInTraining> members)
    {
        _members = [.. members];
        _stacks = [.. members.Select(member => (StackLearner)member.Learner)
            .GroupBy(learner => (string.Join('-', learner.Shape.LayerSizes), learner.Options))
            .Select(group => new NetworkStack([.. group]))];
    }

    /// <summary>Whether the set has exactly these members.</summary>
    public bool Has(IReadOnlyList<NetworkInTraining> members) => _members.SetEquals(members);

    /// <summary>Takes the planned steps of the members.</summary>
    public void Step(BatchReader batch)
    {
        foreach (var stack in _stacks)
            stack.Step(((TensorReader)batch).StackParts);
    }

    public void Dispose()
    {
        foreach (var stack in _stacks)
            stack.Dispose();
    }
}
