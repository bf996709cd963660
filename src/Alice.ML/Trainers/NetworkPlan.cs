namespace Alice.ML.Trainers;

/// <summary>What sets the networks of an ensemble apart from each other, beside their seeds.</summary>
/// <param name="IsEncoded">Whether numbers are given piecewise-linear encoded.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
internal readonly record struct NetworkPlan(bool IsEncoded, double WeightDecay)
{
    public override string ToString() => FormattableString.Invariant($"{(IsEncoded ? "bins" : "plain")}, weight decay {WeightDecay}");
}
