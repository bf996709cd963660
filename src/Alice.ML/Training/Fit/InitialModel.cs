using Alice.ML.Models.Networks;
using Alice.ML.Trainers;

namespace Alice.ML.Training.Fit;

/// <summary>The model that a fit continues from.</summary>
internal static class InitialModel
{
    /// <summary>Checks that the model matches the options and the data.</summary>
    /// <param name="networks">Networks of the model.</param>
    /// <param name="options">The trainer's options.</param>
    /// <param name="feature">Name of the feature column.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="outputs">Number of outputs of the networks.</param>
    /// <exception cref="ArgumentException">The model does not match. The message says how.</exception>
    public static void Require(
        NetworkEnsemble networks, AliceTrainerOptions options, string feature, int columns, int outputs)
    {
        if (networks.Preparation is null)
            throw new ArgumentException(
                "The model to continue from was saved by Alice.ML 0.1, whose networks do not prepare the features. "
                + "Train a new one.");
        if (networks.InputCount != columns)
            throw new ArgumentException(
                $"The feature column '{feature}' has {columns} values, but the model to continue from was "
                + $"trained with {networks.InputCount}.");
        if (networks.Members.Count != options.NumberOfNetworks)
            throw new ArgumentException(
                $"The model to continue from has {networks.Members.Count} networks, but NumberOfNetworks is "
                + $"{options.NumberOfNetworks}. Set the option to the model's.");
        foreach (var (network, encoder) in networks.Members)
        {
            int[] wanted = [encoder?.OutputCount ?? networks.Preparation.OutputCount, .. options.HiddenLayers
                ?? network.HiddenLayers, outputs];
            if (!network.LayerSizes.SequenceEqual(wanted) || network.Activation != options.Activation)
                throw new ArgumentException(
                    $"The model to continue from has layers {DenseNetwork.Describe(network.LayerSizes)} with "
                    + $"{network.Activation}, but HiddenLayers and Activation ask for {DenseNetwork.Describe(wanted)} "
                    + $"with {options.Activation}. Set the options to the model's.");
        }
    }
}
