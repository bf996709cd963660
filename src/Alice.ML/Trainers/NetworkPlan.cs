namespace Alice.ML.Trainers;

/// <summary>What sets the networks of an ensemble apart from each other, beside their seeds.</summary>
/// <param name="Encoding">How numbers are given: none, normal scores or piecewise linear.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
internal readonly record struct NetworkPlan(NumericEncoding Encoding, double WeightDecay)
{
    public override string ToString() => FormattableString.Invariant($"{Encoding}, weight decay {WeightDecay}");
}
