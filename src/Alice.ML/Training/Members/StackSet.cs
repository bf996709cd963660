using Alice.ML.Training.Batches;
using Alice.ML.Training.Stack;

namespace Alice.ML.Training.Members;

/// <summary>Members that are given the same minibatches, in a stack for each kind of layers and options.</summary>
internal sealed class StackSet : IDisposable
{
    private readonly NetworkStack[] _stacks;
    private readonly HashSet<Member> _members;

    /// <param name="members">The members.</param>
    public StackSet(IReadOnlyList<Member> members)
    {
        _members = [.. members];
        _stacks = [.. members.Select(member => (StackLearner)member.Learner)
            .GroupBy(learner => (string.Join('-', learner.Shape.LayerSizes), learner.Options))
            .Select(group => new NetworkStack([.. group]))];
    }

    /// <summary>Whether it has these members, and no others.</summary>
    public bool Has(IReadOnlyList<Member> members) => _members.SetEquals(members);

    /// <summary>Takes the steps that members have planned.</summary>
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
