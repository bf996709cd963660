using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Stack;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Stack;

/// <summary>Dropout in a stack, whose networks leave out different shares.</summary>
[TestClass]
public class StackDropoutTests
{
    private const int Networks = 3;

    [TestMethod]
    [DataRow("squared", Activation.ReLU)]
    [DataRow("logistic", Activation.ReLU)]
    [DataRow("softmax", Activation.ReLU)]
    [DataRow("softmax", Activation.Tanh)]
    public void With_dropout_gradients_are_those_of_autograd_with_the_same_units_left_out(
        string objective, Activation activation)
    {
        double[] dropouts = [0, 0.2, 0.5];
        using var scope = NewDisposeScope();
        using var problem = new StackProblem(objective, [16, 8], activation);
        var shape = problem.Shape;
        using var memory = new StackMemory(Networks, shape.Parameters, ScalarType.Float64, CPU);
        using var constants = new StackConstants(Networks, ScalarType.Float64, CPU);
        constants.Load([.. Enumerable.Range(0, Networks).Select(n => (StackStep?)new StackStep(
            problem.Step(n, 8).Step, 1, AliceDirections.Key((ulong)n, 8), 0))], needsKeys: true);
        using var random = new StackRandom(
            memory.Center, dropouts, 24, key: 3, drawsOnDevice: false);
        using var network = new StackNetwork(
            shape, Networks, StackLoss.Of(problem.Objective, shape.LayerSizes[^1], memory.Center), memory, random);
        var (source, reader) = problem.Open(usesKernels: false);
        reader.Read(0);
        var part = ((TensorReader)reader).Parts[0];
        var (features, targets, weights) = (part.Features.to(ScalarType.Float64), part.Targets.to(ScalarType.Float64),
            part.Weights!.to(ScalarType.Float64));
        for (var n = 0; n < Networks; n++)
            memory.LookAhead.select(0, n).copy_(problem.Start(n));
        memory.Outer.copy_(memory.LookAhead);
        memory.Outer.select(0, 0).Shift(0.01);
        memory.Outer.select(0, 1).Shift(-0.01);
        var points = memory.Points(3).clone();

        // Units that stay are not 0.
        using var hidden = HiddenUnits.Of(shape, Networks, random, memory.Center);
        hidden.Begin(1, part.Rows, constants);
        var masks = Enumerable.Range(0, 2).Select(layer =>
        {
            var units = shape.LayerSizes[layer + 1];
            var product = ones([Networks, part.Rows, units], ScalarType.Float64).Scale(hidden.IsNegated ? -1 : 50);
            return hidden.Inputs(layer, product, ones_like(targets)).narrow(2, 0, units).sign().abs();
        }).ToArray();

        var sums = zeros(Networks, ScalarType.Float64);
        Tensor centre;
        using (no_grad())
            centre = network.Evaluate(3, [part with
            {
                Features = cat([features, ones_like(targets)], 1),
                Targets = targets,
                Weights = weights,
            }], constants, sums);
        var actual = cat([centre, memory.Outer.flatten(0, 1)], 0);
        for (var at = 0; at < 3 * Networks; at++)
        {
            var n = at % Networks;
            var point = points.select(0, at).clone().requires_grad_();
            using var views = new ParameterViews(shape, point);
            var value = NetworkTests.Outputs(shape, views, features, (layer, sum) =>
                NetworkTests.Apply(activation, sum) * masks[layer].select(0, n) / sum.Constant(1 - dropouts[n]));
            var losses = objective switch
            {
                "squared" => (value - targets) * (value - targets),
                "logistic" => (nn.functional.logsigmoid(value) - value * (ones_like(targets) - targets)).neg(),
                _ => value.log_softmax(1).gather(1, targets.to(ScalarType.Int64)).neg(),
            };
            var loss = (losses * weights).mean();
            loss.backward();
            var gradient = actual.select(0, at);
            Assert.IsLessThan(1e-12 * point.grad!.abs().max().item<double>(),
                (gradient - point.grad).abs().max().item<double>());
            if (at < Networks)
                Assert.AreEqual(loss.item<double>(), sums[n].item<double>(), 1e-12);
        }
        reader.Dispose();
        source.Dispose();
    }

    [TestMethod]
    public void Masks_leave_out_the_share_of_units_that_each_network_asks_for()
    {
        const int Count = 64, Units = 100;
        using var scope = NewDisposeScope();
        using var like = zeros(3, 10);
        using var constants = new StackConstants(3, ScalarType.Float32, CPU);
        double[] dropouts = [0, 0.2, 0.5];
        using var random = new StackRandom(like, dropouts, Units, key: 3, drawsOnDevice: false);
        var sum = zeros(3, Count, Units);
        for (var number = 0; number < 100; number++)
        {
            constants.Load(SampleSteps(number), needsKeys: true);
            sum.Add(random.Masks(Count, constants)!);
        }
        for (var n = 0; n < 3; n++)
        {
            var mean = sum.select(0, n) / tensor(100f);
            Assert.AreEqual(1, mean.mean().item<float>(), 0.01);
            var deviation = Math.Sqrt(dropouts[n] / (1 - dropouts[n]) / 100);
            Assert.AreEqual(deviation, Math.Sqrt((mean - ones_like(mean)).mul(mean - ones_like(mean)).mean()
                .item<float>()), 0.05 * deviation + 1e-6);
        }
    }

    [TestMethod]
    public void Rectifiers_leave_out_the_share_of_units_that_each_network_asks_for()
    {
        const int Count = 64, Units = 100;
        using var scope = NewDisposeScope();
        using var like = zeros(3, 10);
        using var constants = new StackConstants(3, ScalarType.Float32, CPU);
        double[] dropouts = [0, 0.2, 0.5];
        using var random = new StackRandom(like, dropouts, Units, key: 3, drawsOnDevice: false);
        using var hidden = HiddenUnits.Of(new NetworkShape([4, Units, 1], Activation.ReLU), 3, random, like);
        var sum = zeros(3, Count, Units);
        for (var number = 0; number < 100; number++)
        {
            constants.Load(SampleSteps(number), needsKeys: true);
            hidden.Begin(1, Count, constants);
            // Half the units have a sum of 2, the others of −2.
            var product = zeros(3, Count, Units);
            product.narrow(2, 0, Units / 2).Shift(-2);
            product.narrow(2, Units / 2, Units / 2).Shift(2);
            var values = hidden.Inputs(0, product, ones(Count, 1));
            sum.sub_(values.narrow(2, 0, Units));
            for (var n = 0; n < 3; n++)
                Assert.AreEqual(-(1 - dropouts[n]), values.select(0, n).select(1, Units).mean().item<float>(), 1e-6);
            var error = ones(3, Count, Units);
            hidden.MultiplyDerivative(0, error);
            Assert.AreEqual(0f, error.Scale(2).sub(values.narrow(2, 0, Units)).abs().max().item<float>());
        }
        for (var n = 0; n < 3; n++)
        {
            var kept = sum.select(0, n).narrow(1, 0, Units / 2).Scale(0.005);
            Assert.AreEqual(0f, sum.select(0, n).narrow(1, Units / 2, Units / 2).abs().max().item<float>());
            Assert.AreEqual(1 - dropouts[n], kept.mean().item<float>(), 0.005);
            Assert.AreEqual(Math.Sqrt(dropouts[n] * (1 - dropouts[n]) / 100), kept.std().item<float>(), 0.003);
        }
    }

    private static StackStep?[] SampleSteps(int key) =>
        [.. Enumerable.Range(0, 3).Select(n => (StackStep?)new StackStep(
        AliceStep.Create(AliceOptimizerOptions.Tabular, 1e-3, 8), 1, AliceDirections.Key((ulong)n, key), 0))];
}
