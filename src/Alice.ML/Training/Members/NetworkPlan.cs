using System.Globalization;
using Alice.ML.Trainers;

namespace Alice.ML.Training.Members;

/// <summary>The settings in which the networks of an ensemble differ, apart from their seeds.</summary>
/// <param name="Encoding">Encoding of numbers: none, normal scores or bins.</param>
/// <param name="HiddenLayers">Units of each hidden layer; none for a linear network.</param>
/// <param name="Dropout">Share of hidden units that each step leaves out.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
/// <param name="L1">L1 regularization in addition to that of the options, in the units of the loss.</param>
internal sealed record NetworkPlan(
    NumericEncoding Encoding, IReadOnlyList<int> HiddenLayers, double Dropout, double WeightDecay, double L1 = 0)
{
    /// <summary>Whether the network is linear in the features.</summary>
    public bool IsLinear => HiddenLayers.Count == 0;

    /// <summary>Whether the network has hidden layers and bins.</summary>
    public bool HasBins => !IsLinear && Encoding == NumericEncoding.PiecewiseLinear;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Encoding}, {(IsLinear ? "linear" : string.Join('-', HiddenLayers))}"
        + $"{(Dropout > 0 ? $", dropout {Dropout}" : "")}, weight decay {WeightDecay}"
        + $"{(L1 > 0 ? $", L1 {L1}" : "")}");
}
