using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Steps;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training;

/// <summary>The written-out backward pass against TorchSharp's automatic one.</summary>
[TestClass]
public class NetworkTests
{
    private const int Rows = 12;
    private const int Inputs = 5;

    internal static IEnumerable<object[]> Cases =>
        from activation in Enum.GetValues<Activation>()
        from objective in new[] { "squared", "huber", "quantile", "poisson", "logistic", "softmax", "labels" }
        select new object[] { activation, objective };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Gradients_are_those_of_automatic_differentiation(Activation activation, string objective)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (loss, outputs) = Objective(objective);
        var shape = new NetworkShape([Inputs, 7, 6, outputs], activation);
        var weights = shape.Initialize(generator);
        var targets = Targets(objective, Rows, outputs, generator);
        var masks = new[] { Mask(7), Mask(6) };
        var batch = new Minibatch(
            randn(Rows, Inputs, generator: generator), targets, rand(Rows, 1, generator: generator), 2 * Rows, masks);

        using var network = new Network(shape, loss);
        using var at = new ParameterViews(shape, weights);
        using var gradient = new ParameterViews(shape, zeros_like(weights));
        float value;
        using (no_grad())
            value = network.Evaluate(at, batch, gradient).item<float>();

        var leaf = weights.clone().requires_grad_();
        using var leafViews = new ParameterViews(shape, leaf);
        var actual = Outputs(shape, leafViews, batch.Features, (layer, sum) => Apply(activation, sum) * masks[layer]);
        var expected = (Reference(objective, actual, targets).sum([1], keepdim: true) * batch.Weights!).sum()
            / tensor(2f * Rows);
        expected.backward();

        Assert.AreEqual(expected.item<float>(), value, 1e-5f);
        var difference = (leaf.grad! - gradient.Flat).abs().max().item<float>();
        Assert.IsLessThan(1e-5f, difference);

        using (no_grad())
            network.Evaluate(at, batch, gradient, adds: true);
        Assert.IsLessThan(2e-5f, (leaf.grad! * tensor(2f) - gradient.Flat).abs().max().item<float>(),
            "added to what was there");

        Tensor Mask(long units) => rand([Rows, units], generator: generator).lt_(tensor(0.7f)).Scale(1 / 0.7);
    }

    internal static (Objective, int Outputs) Objective(string name) => name switch
    {
        "squared" => (new SquaredObjective(), 1),
        "huber" => (new HuberObjective(0.3), 1),
        "quantile" => (new QuantileObjective(0.8), 1),
        "poisson" => (new PoissonObjective(), 1),
        "logistic" => (new LogisticObjective(), 1),
        "labels" => (new LabelsObjective(new HuberObjective(0.3, 0.1), 2, [0.2f, 0.7f]), 6),
        _ => (new SoftmaxObjective(), 3),
    };

    /// <summary>Outputs of a network by operations that autograd follows.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="at">Its parameters.</param>
    /// <param name="features">Inputs of its first layer.</param>
    /// <param name="hidden">Values of a hidden layer, by its number and its sums.</param>
    internal static Tensor Outputs(
        NetworkShape shape, ParameterViews at, Tensor features, Func<int, Tensor, Tensor> hidden)
    {
        var value = features;
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            value = value.mm(at.Weights[layer]).Plus(at.Biases[layer]);
            if (layer < shape.Layers - 1)
                value = hidden(layer, value);
        }
        return value;
    }

    internal static Tensor Apply(Activation activation, Tensor x) => activation switch
    {
        Activation.ReLU => x.relu(),
        Activation.GELU => nn.functional.gelu(x),
        Activation.SiLU => x * x.sigmoid(),
        _ => x.tanh(),
    };

    internal static Tensor Targets(string objective, int rows, int outputs, Generator generator) => objective switch
    {
        "softmax" => randint(0, outputs, [rows, 1], generator: generator).to_type(ScalarType.Float32),
        "logistic" => randint(0, 2, [rows, 1], generator: generator).to_type(ScalarType.Float32),
        "labels" => WithMissing(rand(rows, 2, generator: generator)),
        _ => rand(rows, 1, generator: generator),
    };

    internal static Tensor Reference(string objective, Tensor f, Tensor y) => objective switch
    {
        "squared" => (f - y) * (f - y),
        "huber" => nn.functional.huber_loss(f, y, 0.3, nn.Reduction.None),
        "quantile" => maximum((y - f) * tensor(0.8f), (f - y) * tensor(0.2f)),
        "poisson" => f.exp() - y * f,
        "logistic" => nn.functional.binary_cross_entropy_with_logits(f, y, reduction: nn.Reduction.None),
        "labels" => Labels(f, y),
        _ => nn.functional.cross_entropy(
        f, y.squeeze(1).to_type(ScalarType.Int64), reduction: nn.Reduction.None).unsqueeze(1),
    };

    // The losses of outputs one by one; a column of zeros where a label is missing.
    private static Tensor Labels(Tensor f, Tensor y)
    {
        var losses = new List<Tensor>();
        for (var label = 0; label < 2; label++)
        {
            var target = y.narrow(1, label, 1);
            var known = target.isfinite();
            target = where(known, target, zeros_like(target));
            Add(nn.functional.huber_loss(f.narrow(1, label, 1), target, label == 0 ? 0.3 : 0.1, nn.Reduction.None));
            for (var q = 0; q < 2; q++)
            {
                var (level, output) = (q == 0 ? 0.2f : 0.7f, f.narrow(1, 2 + 2 * label + q, 1));
                Add(maximum((target - output) * tensor(level), (output - target) * tensor(1 - level)));
            }

            void Add(Tensor loss) => losses.Add(loss * known.to_type(ScalarType.Float32));
        }
        return cat(losses, 1);
    }

    private static Tensor WithMissing(Tensor targets)
    {
        targets[1, 0] = tensor(float.NaN);
        targets[4, 1] = tensor(float.NaN);
        return targets;
    }
}
