using Alice.ML.Models;
using Alice.ML.Tool.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tool.Comparing;

/// <summary>An epoch of a run: mean training loss, validation error, and the cost so far: gradients and seconds of
/// processor time.</summary>
internal sealed record ComparisonEpoch(double Loss, double ValidationError, long Evaluations, double Seconds);

/// <summary>One run. Errors are infinite if it diverged.</summary>
internal sealed record ComparisonResult(
    string Name, double LearningRate, int Seed, IReadOnlyList<ComparisonEpoch> Epochs, double ValidationError,
    double TestError);

/// <summary>Settings shared by all runs.</summary>
internal sealed record ComparisonSettings(
    IReadOnlyList<int> HiddenLayers, Activation Activation, int Epochs, int BatchSize);

/// <summary>Trains the network with one optimizer. The same seed gives every optimizer the same initial weights and
/// minibatches.</summary>
internal static class ComparisonRun
{
    public static ComparisonResult Run(
        Contender contender, double learningRate, int seed, ComparisonData data, ComparisonSettings settings,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var start = new Generator((ulong)seed);
        using var directions = new Generator((ulong)seed + 1_000_000);
        using var network = Network(data, settings, start);
        Parameter[] parameters = [.. network.parameters()];
        using var stepper = contender.Create(parameters, directions);
        var epochs = new List<ComparisonEpoch>();
        var rows = data.Training.Targets.shape[0];
        var steps = (int)Math.Max(1, rows / settings.BatchSize);
        // Processor time, since other programs may share the machine.
        var seconds = 0.0;
        for (var epoch = 0; epoch < settings.Epochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var each = NewDisposeScope();
            var order = randperm(rows, generator: start);
            var loss = 0.0;
            var began = Environment.CpuUsage.TotalTime;
            try
            {
                for (var i = 0; i < steps; i++)
                {
                    using var step = NewDisposeScope();
                    var batch = order.narrow(0, i * rows / steps, (i + 1) * rows / steps - i * rows / steps);
                    var (features, targets) =
                        (data.Training.Features.index_select(0, batch), data.Training.Targets.index_select(0, batch));
                    // Half a cosine down to almost 0, for every optimizer.
                    var progress = (epoch + (double)i / steps) / settings.Epochs;
                    loss += stepper.Step(() => Loss(data, network.forward(features), targets),
                        () => network.zero_grad(),
                        learningRate * 0.5 * (1 + Math.Cos(Math.PI * progress))) / steps;
                }
            }
            catch (InvalidOperationException) // Alice, after ten steps that were not finite
            {
                loss = double.NaN;
            }
            seconds += (Environment.CpuUsage.TotalTime - began).TotalSeconds;
            var validation = Error(data, network, data.Validation);
            if (!double.IsFinite(loss) || !double.IsFinite(validation))
                return new(contender.Name, learningRate, seed, epochs, double.PositiveInfinity,
                    double.PositiveInfinity);
            epochs.Add(new(loss, validation, stepper.Evaluations, seconds));
        }
        return new(contender.Name, learningRate, seed, epochs, epochs[^1].ValidationError,
            Error(data, network, data.Test));
    }

    private static Sequential Network(ComparisonData data, ComparisonSettings settings, Generator generator)
    {
        using var guard = no_grad();
        int[] sizes = [data.Inputs, .. settings.HiddenLayers, data.Outputs];
        var modules = new List<nn.Module<Tensor, Tensor>>();
        for (var layer = 1; layer < sizes.Length; layer++)
        {
            if (layer > 1)
                modules.Add(Activate(settings.Activation));
            modules.Add(new Affine(sizes[layer - 1], sizes[layer], generator));
        }
        return nn.Sequential(modules);
    }

    private static nn.Module<Tensor, Tensor> Activate(Activation activation) => activation switch
    {
        Activation.GELU => nn.GELU(),
        Activation.SiLU => nn.SiLU(),
        Activation.Tanh => nn.Tanh(),
        _ => nn.ReLU(),
    };

    private static Tensor Loss(ComparisonData data, Tensor outputs, Tensor targets) => data.Task == TaskKind.Regression
        ? nn.functional.mse_loss(outputs, targets)
        : nn.functional.cross_entropy(outputs, targets.squeeze(1).to(ScalarType.Int64));

    private static double Error(ComparisonData data, Sequential network, Rows rows)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var outputs = network.forward(rows.Features);
        return data.Task == TaskKind.Regression
            ? data.Unit * Math.Sqrt(nn.functional.mse_loss(outputs, rows.Targets).item<float>())
            : 100.0 * outputs.argmax(1).ne(rows.Targets.squeeze(1).to(ScalarType.Int64)).to(ScalarType.Float32).mean(
            ).item<float>();
    }

    /// <summary>Like nn.Linear, with the same uniform initialization within ±1/√inputs, but from its own
    /// generator.</summary>
    private sealed class Affine : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _weight;
        private readonly Parameter _bias;

        public Affine(int inputs, int outputs, Generator generator) : base(nameof(Affine))
        {
            var bound = tensor((float)(1 / Math.Sqrt(inputs)));
            _weight = new Parameter((rand(inputs, outputs, generator: generator) * tensor(2f) - tensor(1f)) * bound);
            _bias = new Parameter((rand(outputs, generator: generator) * tensor(2f) - tensor(1f)) * bound);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => addmm(_bias, input, _weight, 1, 1);
    }
}
