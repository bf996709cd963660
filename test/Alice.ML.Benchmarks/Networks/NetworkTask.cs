using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>A network at large and rows for it: what trains, and what it is measured on.</summary>
internal abstract class NetworkTask
{
    private const int HeldOutBatches = 8;

    public static IReadOnlyList<NetworkTask> All { get; } = [new DigitsTask(), new BracketsTask(), new SumsTask()];

    public abstract string Name { get; }

    /// <summary>The network and the rows, in a line.</summary>
    public abstract string Description { get; }

    protected abstract int BatchSize { get; }

    /// <summary>A new network; its own parameters are set by <see cref="Initialize"/>.</summary>
    public abstract nn.Module<Tensor, Tensor> CreateNetwork();

    /// <summary>Rows by chance: inputs and the class of each output.</summary>
    protected abstract (Tensor Inputs, Tensor Classes) Draw(int rows, Random random, bool heldOut);

    /// <summary>A network with starting weights of <paramref name="seed"/>.</summary>
    public nn.Module<Tensor, Tensor> Create(int seed)
    {
        var network = CreateNetwork();
        using var generator = new Generator((ulong)seed);
        Initialize(network, generator);
        return network;
    }

    /// <summary>The mean cross-entropy of a minibatch, with its graph.</summary>
    public Tensor Loss(nn.Module<Tensor, Tensor> network, Random random)
    {
        var (inputs, classes) = Draw(BatchSize, random, heldOut: false);
        return Loss(network, inputs, classes);
    }

    /// <summary>The mean cross-entropy on rows that do not train.</summary>
    public double HeldOutLoss(nn.Module<Tensor, Tensor> network)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        network.eval();
        var random = new Random(0);
        var loss = Enumerable.Range(0, HeldOutBatches).Average(_ =>
        {
            var (inputs, classes) = Draw(4 * BatchSize, random, heldOut: true);
            return Loss(network, inputs, classes).item<float>();
        });
        network.train();
        return loss;
    }

    private static Tensor Loss(nn.Module<Tensor, Tensor> network, Tensor inputs, Tensor classes)
    {
        var outputs = network.forward(inputs);
        return nn.functional.cross_entropy(outputs.view(-1, outputs.shape[^1]), classes.view(-1));
    }

    /// <summary>Uniform up to 1/√inputs, as torch does, but from a generator of our own; vectors keep what the module
    /// gave them.</summary>
    private static void Initialize(nn.Module network, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (parameter.dim() > 1)
            {
                var limit = 1 / Math.Sqrt(name.Contains("embed") ? 1 : parameter.numel() / parameter.shape[0]);
                parameter.copy_((rand(parameter.shape, generator: generator) - tensor(0.5f))
                    * tensor((float)(2 * limit)));
            }
            else if (name.Contains("bias"))
                parameter.zero_();
        }
    }
}
