using Alice.ML.Optimization.Update;

namespace Alice.ML.Training.Stack;

/// <summary>The next step of a network of a stack.</summary>
/// <param name="Step">Constants of the step.</param>
/// <param name="Kept">Factor of weight decay on the weights, if they move.</param>
/// <param name="Key">Key of the random numbers.</param>
/// <param name="MeanWeight">Weight of the new weights in their mean. 0: they do not enter it.</param>
internal readonly record struct StackStep(AliceStep Step, double Kept, ulong Key, double MeanWeight);
