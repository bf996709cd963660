using Alice.ML.Optimization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alice.ML.Tests.Docs;

/// <summary>The code on docs/optimizer.md, run on small generated pictures.</summary>
/// <remarks>Not beside other tests: batch normalisation is not safe beside garbage collection.</remarks>
[TestClass]
[DoNotParallelize]
public sealed class OptimizerPageTests
{
    [TestMethod]
    public void Training_loop()
    {
        using var outer = NewDisposeScope();
        var batches = Enumerable.Range(0, 150).Select(seed => Pictures(32, seed)).ToList();
#pragma warning disable RS0030 // The page shows batch normalisation; nothing runs beside this.
        // <loop>
        using var model = Sequential(
            Conv2d(1, 8, 3, padding: 1), BatchNorm2d(8), ReLU(), MaxPool2d(2), Flatten(), Linear(8 * 4 * 4, 2));
        using var optimizer = new AliceOptimizer(model);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: batches.Count);
        foreach (var (pictures, classes) in batches)
        {
            using var scope = NewDisposeScope();
            Tensor loss = optimizer.step(() =>
            {
                optimizer.zero_grad();
                var value = functional.cross_entropy(model.forward(pictures), classes);
                value.backward();
                return value;
            });
            schedule.step();
        }
        model.eval();
        // </loop>
#pragma warning restore RS0030
        var (inputs, wanted) = Pictures(200, seed: 999);
        var right = model.forward(inputs).argmax(1).eq(wanted).sum().item<long>();
        Assert.IsGreaterThan(190, right);
        Snippets.AssertShown("docs/optimizer.md", "loop");
    }

    [TestMethod]
    public void Options_of_the_paper()
    {
        using var model = Linear(2, 1);
        // <paper>
        var options = AliceOptimizerOptions.Published with { LearningRate = 5e-3, QuickSteps = 0 };
        using var optimizer = new AliceOptimizer(model, options);
        // </paper>
        Assert.AreEqual(1e-2, options.LearningRate * options.MaximumStep, 1e-15, "the page says so");
        Snippets.AssertShown("docs/optimizer.md", "paper");
    }

    /// <summary>A bar, upright (class 1) or level (class 0), in noise.</summary>
    private static (Tensor Pictures, Tensor Classes) Pictures(int rows, int seed)
    {
        var random = new Random(seed);
        var (pixels, classes) = (new float[rows * 64], new long[rows]);
        for (var row = 0; row < rows; row++)
        {
            var (place, start) = (random.Next(8), random.Next(4));
            classes[row] = random.Next(2);
            for (var i = 0; i < 64; i++)
                pixels[row * 64 + i] = 0.3f * random.NextSingle();
            for (var i = start; i < start + 5; i++)
                pixels[row * 64 + (classes[row] == 1 ? 8 * i + place : 8 * place + i)] += 1;
        }
        return (tensor(pixels, rows, 1, 8, 8), tensor(classes));
    }
}
