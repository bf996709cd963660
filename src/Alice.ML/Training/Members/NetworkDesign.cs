using Alice.ML.Training.Inputs;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;

namespace Alice.ML.Training.Members;

/// <summary>What a network is.</summary>
/// <param name="Plan">What sets it apart from others.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Objective">What it minimizes.</param>
/// <param name="Inputs">What its first layer is given.</param>
internal sealed record NetworkDesign(NetworkPlan Plan, NetworkShape Shape, Objective Objective, InputEncoding Inputs);
