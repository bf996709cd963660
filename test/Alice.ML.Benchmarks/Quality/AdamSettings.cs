using Alice.ML.Models;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Alice.ML.Trainers;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>What the hand-written Adam networks take over from a fit of Alice.</summary>
/// <param name="Model">The trained networks, whose preparation of the features and range of the scores it has too;
/// null: neither.</param>
/// <param name="Networks">What each network is to be.</param>
/// <param name="Activation">Between layers.</param>
/// <param name="BatchSize">Rows of a step, at most.</param>
/// <param name="Threads">Threads that networks are trained on side by side; null: one a core.</param>
/// <param name="Seed">Seed of the fit.</param>
internal sealed record AdamSettings(
    NetworkEnsemble? Model, IReadOnlyList<AdamPlan> Networks, Activation Activation, int BatchSize, int? Threads,
    int Seed);

/// <summary>One of the networks.</summary>
/// <param name="Encoder">What encodes its numbers, or null.</param>
/// <param name="Encoding">How numbers are given.</param>
/// <param name="HiddenLayers">Units of each.</param>
/// <param name="Dropout">Share of units left out in a step.</param>
/// <param name="Epochs">Passes over the rows, all that Alice's network took in choosing and training.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
internal sealed record AdamPlan(
    PiecewiseLinearEncoder? Encoder, NumericEncoding Encoding, IReadOnlyList<int> HiddenLayers, double Dropout,
    double Epochs, double WeightDecay);
