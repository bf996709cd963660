using Alice.ML.Models;
using Alice.ML.Trainers;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>What the hand-written Adam network takes over from a fit of Alice.</summary>
/// <param name="Model">The trained networks, whose preparation of the features and range of the scores it has too; null: neither.</param>
/// <param name="Encoders">One for each network: what encodes its numbers, or null.</param>
/// <param name="Encodings">One for each network: how numbers are given.</param>
/// <param name="HiddenLayers">Units of each.</param>
/// <param name="Activation">Between layers.</param>
/// <param name="Dropout">Share of units left out in a step.</param>
/// <param name="Epochs">Passes over the rows.</param>
/// <param name="BatchSize">Rows of a step, at most.</param>
/// <param name="WeightDecays">Decoupled weight decay of each network.</param>
/// <param name="Threads">Threads that networks are trained on side by side; null: one a core.</param>
/// <param name="Seed">Seed of the fit.</param>
internal sealed record AdamSettings(
    NetworkEnsemble? Model, IReadOnlyList<PiecewiseLinearEncoder?> Encoders, IReadOnlyList<NumericEncoding> Encodings, IReadOnlyList<int> HiddenLayers,
    Activation Activation, double Dropout, int Epochs, int BatchSize, IReadOnlyList<double> WeightDecays, int? Threads, int Seed);
