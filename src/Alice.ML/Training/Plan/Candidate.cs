using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Members;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>A plan in the race, with a pair of networks in every fold. It is evaluated at every rung, and then goes on
/// or stops. The race uses its state at the lowest loss or, if the user has set the number of epochs, its last
/// state.</summary>
internal sealed class Candidate(NetworkPlan plan, NetworkInTraining[] networks, bool takesLast) : IDisposable
{
    private Tensor[] _outputs = [];
    private float[][] _weights = [];

    public NetworkPlan Plan => plan;

    /// <summary>The two networks of each fold, in the order of the folds.</summary>
    public IReadOnlyList<NetworkInTraining> Networks => networks;

    /// <summary>Whether the candidate goes on.</summary>
    public bool IsRunning { get; set; } = true;

    /// <summary>Held-out loss of the pairs at the last rung.</summary>
    public double LastLoss { get; private set; } = double.PositiveInfinity;

    /// <summary>Held-out loss of the pairs at the rung before.</summary>
    public double EarlierLoss { get; private set; } = double.PositiveInfinity;

    /// <summary>Lowest held-out loss of the pairs.</summary>
    public double Loss { get; private set; } = double.PositiveInfinity;

    /// <summary>At the lowest loss: the part of a network's loss that is due to its seed, which the mean of very many
    /// networks would not have.</summary>
    public double SeedLoss { get; private set; }

    /// <summary>Number of steps at the lowest loss.</summary>
    public long Steps { get; private set; }

    /// <summary>Mean outputs [rows, outputs] of the pair at the lowest loss, for the held-out rows of a fold. They
    /// belong to the caller's scope.</summary>
    public Tensor Mean(int fold) => Mean(_outputs, fold);

    /// <summary>Weights of a network at the lowest loss.</summary>
    public float[] Weights(int network) => _weights[network];

    /// <summary>Evaluates the networks in their current state.</summary>
    /// <param name="outputs">Outputs of every network for the held-out rows of its fold; null if it diverged. The
    /// candidate takes ownership.</param>
    /// <param name="steps">Number of steps that the networks have taken.</param>
    /// <param name="loss">The loss of outputs in a fold; it may overwrite them.</param>
    public void Judge(Tensor?[] outputs, long steps, Func<int, Tensor, double> loss)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var folds = networks.Length / AutoRules.NetworksPerFold;
        EarlierLoss = LastLoss;
        Tensor[] all = [.. outputs.OfType<Tensor>()];
        LastLoss = all.Length == outputs.Length
            ? Enumerable.Range(0, folds).Average(fold => loss(fold, Mean(all, fold)))
            : double.PositiveInfinity;
        if (!(LastLoss < Loss) && !(takesLast && double.IsFinite(LastLoss)))
        {
            Dispose(all);
            return;
        }
        var single = all.Index()
            .Average(output => loss(output.Index / AutoRules.NetworksPerFold, output.Item.clone()));
        (Loss, Steps) = (LastLoss, steps);
        SeedLoss = double.IsFinite(single) ? 2 * (single - Loss) : 0;
        Dispose(_outputs);
        _outputs = all;
        _weights = [.. networks.Select(network => network.Weights())];
    }

    /// <summary>Writes the state that later rungs and steps depend on. A candidate that has stopped writes only its
    /// best state.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(IsRunning);
        writer.Write(LastLoss);
        writer.Write(EarlierLoss);
        writer.Write(Loss);
        writer.Write(SeedLoss);
        writer.Write(Steps);
        writer.Write(_weights.Length > 0);
        for (var i = 0; i < networks.Length; i++)
        {
            SaveNetwork(writer, i);
            if (_outputs.Length == 0)
                continue;
            writer.Write(_outputs[i].shape[1]);
            using var onHost = _outputs[i].cpu();
            writer.WriteFloats(onHost.data<float>().ToArray());
        }
    }

    /// <summary>Writes the state of a network, without its outputs, on the rank that trains it.</summary>
    public void SaveNetwork(BinaryWriter writer, int network)
    {
        if (IsRunning)
            networks[network].Save(writer);
        else
            writer.Write(networks[network].Restarts);
        if (_weights.Length > 0)
            writer.WriteFloats(_weights[network]);
    }

    /// <summary>Reads what <see cref="SaveNetwork"/> wrote.</summary>
    public void RestoreNetwork(BinaryReader reader, int network)
    {
        if (IsRunning)
            networks[network].Restore(reader);
        else
            networks[network].Restarts = reader.ReadInt32();
        if (_weights.Length > 0)
            _weights[network] = reader.ReadFloats();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="device">Device of the outputs.</param>
    public void Restore(BinaryReader reader, Device device)
    {
        IsRunning = reader.ReadBoolean();
        LastLoss = reader.ReadDouble();
        EarlierLoss = reader.ReadDouble();
        Loss = reader.ReadDouble();
        SeedLoss = reader.ReadDouble();
        Steps = reader.ReadInt64();
        if (reader.ReadBoolean())
            (_outputs, _weights) = (new Tensor[networks.Length], new float[networks.Length][]);
        using var scope = NewDisposeScope();
        for (var i = 0; i < networks.Length; i++)
        {
            RestoreNetwork(reader, i);
            if (_outputs.Length == 0)
                continue;
            var columns = reader.ReadInt64();
            _outputs[i] = tensor(reader.ReadFloats()).view(-1, columns).to(device).DetachFromDisposeScope();
        }
    }

    public void Dispose()
    {
        foreach (var network in networks)
            network.Dispose();
        Dispose(_outputs);
    }

    private static Tensor Mean(Tensor[] outputs, int fold) => outputs[2 * fold].Plus(outputs[2 * fold + 1]).Scale(0.5);

    private static void Dispose(Tensor[] tensors)
    {
        foreach (var tensor in tensors)
            tensor.Dispose();
    }
}
