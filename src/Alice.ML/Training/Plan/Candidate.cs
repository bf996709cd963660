using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Members;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>A plan in the race, with a pair of networks in every fold. It starts, takes steps, is judged, goes on or
/// stops; at the end it is what it was when its loss was lowest, or, where somebody has chosen the length of training,
/// what it was last.
/// </summary>
internal sealed class Candidate(NetworkPlan plan, Member[] networks, bool takesLast) : IDisposable
{
    private Tensor[] _outputs = [];
    private float[][] _weights = [];

    public NetworkPlan Plan => plan;

    /// <summary>Two networks of each fold, fold after fold.</summary>
    public IReadOnlyList<Member> Networks => networks;

    /// <summary>Whether it goes on.</summary>
    public bool IsRunning { get; set; } = true;

    /// <summary>Held-out loss of the pairs when they were judged last.</summary>
    public double LastLoss { get; private set; } = double.PositiveInfinity;

    /// <summary>Held-out loss of the pairs one judgment earlier.</summary>
    public double EarlierLoss { get; private set; } = double.PositiveInfinity;

    /// <summary>Held-out loss of the pairs at its lowest.</summary>
    public double Loss { get; private set; } = double.PositiveInfinity;

    /// <summary>What one network's loss has more, then, than that of the mean of very many that differ by their
    /// seeds.</summary>
    public double SeedLoss { get; private set; }

    /// <summary>Steps that the networks had taken then.</summary>
    public long Steps { get; private set; }

    /// <summary>Mean outputs [rows, outputs] of the pair then, for the held-out rows of a fold; they belong to the
    /// caller's scope.</summary>
    public Tensor Mean(int fold) => Mean(_outputs, fold);

    /// <summary>Weights of a network then.</summary>
    public float[] Weights(int network) => _weights[network];

    /// <summary>Judges the networks as they are.</summary>
    /// <param name="outputs">Of every network, for the held-out rows of its fold; null: it diverged. Owned from now on.
    /// </param>
    /// <param name="steps">Steps that they have taken.</param>
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

    /// <summary>Writes all that later judgments, and its networks' steps, depend on. Of those that stopped, only their
    /// best is needed.</summary>
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

    /// <summary>Writes what is known of a network, besides its outputs, where it is trained.</summary>
    public void SaveNetwork(BinaryWriter writer, int network)
    {
        if (IsRunning)
            networks[network].Save(writer);
        else
            writer.Write(networks[network].Restarts);
        if (_weights.Length > 0)
            writer.WriteFloats(_weights[network]);
    }

    /// <summary>Takes over what <see cref="SaveNetwork"/> wrote.</summary>
    public void RestoreNetwork(BinaryReader reader, int network)
    {
        if (IsRunning)
            networks[network].Restore(reader);
        else
            networks[network].Restarts = reader.ReadInt32();
        if (_weights.Length > 0)
            _weights[network] = reader.ReadFloats();
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="device">Where outputs are.</param>
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
