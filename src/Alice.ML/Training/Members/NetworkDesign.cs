using Alice.ML.Training.Inputs;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;

namespace Alice.ML.Training.Members;

/// <summary>The design of a network.</summary>
/// <param name="Plan">The plan of the network.</param>
/// <param name="Shape">Sizes of the network.</param>
/// <param name="Objective">The loss to minimize.</param>
/// <param name="Inputs">Encoding of the inputs.</param>
internal sealed record NetworkDesign(NetworkPlan Plan, NetworkShape Shape, Objective Objective, InputEncoding Inputs);
