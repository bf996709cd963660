using Alice.ML.Optimization.Runtime;
using Alice.ML.Tool.Comparing;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Tool;

/// <summary>The optimizers that Alice is compared with, beside their formulas in plain numbers.</summary>
[TestClass]
public class SteppersTests
{
    private const double Rate = 0.05;
    private const int Steps = 20;

    [TestMethod]
    public void Momentum_adds_up_gradients_that_fade()
    {
        var (x, sum) = (3.0, 0.0);
        Check(parameter => new MomentumStepper([parameter], 0.9), () =>
        {
            sum = 0.9 * sum + x;
            return x -= Rate * sum;
        });
    }

    [TestMethod]
    public void Adam_divides_the_mean_gradient_by_its_root_mean_square()
    {
        var (x, mean, square, step) = (3.0, 0.0, 0.0, 0);
        Check(parameter => new AdamStepper([parameter]), () =>
        {
            mean = 0.9 * mean + 0.1 * x;
            square = 0.999 * square + 0.001 * x * x;
            step++;
            var root = Math.Sqrt(square / (1 - Math.Pow(0.999, step)));
            return x -= Rate * mean / (1 - Math.Pow(0.9, step)) / (root + 1e-8);
        });
    }

    /// <summary>Both minimise ½x² from 3.</summary>
    private static void Check(Func<TorchSharp.Modules.Parameter, IStepper> optimizer, Func<double> next)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        var parameter = new TorchSharp.Modules.Parameter(tensor(3f));
        using var stepper = optimizer(parameter);
        for (var i = 0; i < Steps; i++)
        {
            stepper.Step(() => parameter * parameter * tensor(0.5f), () => parameter.grad?.zero_(), Rate);
            Assert.AreEqual(next(), parameter.item<float>(), 1e-5, $"step {i + 1}");
        }
        Assert.AreEqual(Steps, stepper.Evaluations);
    }
}
