using Alice.ML.Optimization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alice.ML.Samples;

/// <summary>The optimizer alone, on a convolutional network in plain TorchSharp.</summary>
internal static class OwnModule
{
    private const int Side = 8;
    private const int BatchSize = 32;

    /// <summary>Learns to tell upright bars from level ones in noisy pictures of 8 by 8 pixels.</summary>
    /// <returns>The share of new pictures that it tells right.</returns>
    public static double Run(TextWriter output)
    {
        const int steps = 400;
        using var outer = NewDisposeScope();
        using var model = Sequential(
            Conv2d(1, 8, 3, padding: 1), ReLU(), MaxPool2d(2), Flatten(), Linear(8 * 4 * 4, 2));
        Start(model, seed: 1);
        using var optimizer = new AliceOptimizer(model);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: steps);

        var random = new Random(1);
        for (var step = 1; step <= steps; step++)
        {
            using var scope = NewDisposeScope();
            var (pictures, classes) = Pictures(BatchSize, random);
            // A closure, because Alice evaluates the gradient at three places in some steps.
            var loss = optimizer.step(() =>
            {
                optimizer.zero_grad();
                var value = functional.cross_entropy(model.forward(pictures), classes);
                value.backward();
                return value;
            });
            schedule.step();
            if (step % 100 == 0)
                output.WriteLine($"step {step}: loss {loss.item<float>():F4}");
        }

        model.eval();
        using var guard = no_grad();
        var (newPictures, wanted) = Pictures(1000, new Random(2));
        var right = model.forward(newPictures).argmax(1).eq(wanted).sum().item<long>() / 1000.0;
        output.WriteLine($"{right:P1} of 1000 new pictures are told right");
        return right;
    }

    /// <summary>Starting weights from a generator of our own, so that nothing else in the process draws from
    /// it.</summary>
    private static void Start(Module model, long seed)
    {
        using var generator = new Generator((ulong)seed);
        using var guard = no_grad();
        foreach (var weights in model.parameters())
        {
            // Zero for what is added; the others as He and others (2015) draw them for ReLU.
            var deviation = weights.dim() > 1 ? MathF.Sqrt(2f * weights.shape[0] / weights.numel()) : 0;
            using var draws = randn(weights.shape, generator: generator);
            using var scale = tensor(deviation);
            weights.copy_(draws * scale);
        }
    }

    /// <summary>A bar, upright (class 1) or level (class 0), in noise.</summary>
    private static (Tensor Pictures, Tensor Classes) Pictures(int count, Random random)
    {
        var (pixels, classes) = (new float[count * Side * Side], new long[count]);
        for (var picture = 0; picture < count; picture++)
        {
            var (place, start) = (random.Next(Side), random.Next(4));
            classes[picture] = random.Next(2);
            var values = pixels.AsSpan(picture * Side * Side, Side * Side);
            foreach (ref var value in values)
                value = 0.3f * random.NextSingle();
            for (var i = start; i < start + 5; i++)
                values[classes[picture] == 1 ? Side * i + place : Side * place + i] += 1;
        }
        return (tensor(pixels, count, 1, Side, Side), tensor(classes));
    }
}
