using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>Pictures of 12 × 12 points made by code: the digits of seven-segment displays, shifted, of another
/// brightness, with noise.
/// </summary>
internal sealed class DigitsTask : NetworkTask
{
    private const int Side = 12;
    private const int Pixels = Side * Side;

    // Which of the segments top, upper left, upper right, middle, lower left, lower right, bottom each digit lights.
    private static readonly string[] Lit =
        ["1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"];

    public override string Name => "conv";

    public override string Description =>
        "two convolutions of 16 and 32 channels with batch normalization and ReLU, one linear layer; digits of seven "
        + "segments in 12 × 12 points with much noise, minibatches of 32";

    protected override int BatchSize => 32;

    public override nn.Module<Tensor, Tensor> CreateNetwork() => nn.Sequential(
        nn.Conv2d(1, 16, 3, padding: 1), new BatchNormalization(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding: 1), new BatchNormalization(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 9, 10));

    protected override (Tensor Inputs, Tensor Classes) Draw(int rows, Random random, bool heldOut)
    {
        var pixels = new float[rows * Pixels];
        var classes = new long[rows];
        for (var row = 0; row < rows; row++)
        {
            classes[row] = random.Next(10);
            Draw(pixels.AsSpan(row * Pixels, Pixels), Lit[classes[row]], random);
        }
        return (tensor(pixels, rows, 1, Side, Side), tensor(classes));
    }

    private static void Draw(Span<float> picture, string lit, Random random)
    {
        var (left, top, brightness) = (random.Next(2, 7), random.Next(0, 4), 0.5f + random.NextSingle());
        (int X, int Y, int Width, int Height)[] segments =
            [(0, 0, 4, 1), (0, 0, 1, 5), (3, 0, 1, 5), (0, 4, 4, 1), (0, 4, 1, 5), (3, 4, 1, 5), (0, 8, 4, 1)];
        for (var i = 0; i < segments.Length; i++)
            if (lit[i] == '1')
                for (var y = 0; y < segments[i].Height; y++)
                    for (var x = 0; x < segments[i].Width; x++)
                        picture[(top + segments[i].Y + y) * Side + left + segments[i].X + x] = brightness;
        foreach (ref var pixel in picture)
            pixel += 0.7f * (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f);
    }
}
