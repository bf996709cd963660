using Alice.ML.Optimization.Update;

namespace Alice.ML.Training.Stack;

/// <summary>The step that a network of a stack is to take.</summary>
/// <param name="Step">Its constants.</param>
/// <param name="Kept">What weight decay multiplies the weights by, if they move.</param>
/// <param name="Key">Decides its random numbers.</param>
/// <param name="MeanWeight">Weight in the mean of weights that those after the step have; 0: they do not belong to
/// it.</param>
internal readonly record struct StackStep(AliceStep Step, double Kept, ulong Key, double MeanWeight);
