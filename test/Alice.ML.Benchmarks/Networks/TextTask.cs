using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>Text made by code, of which each next character is to be told.</summary>
internal abstract class TextTask(string alphabet) : NetworkTask
{
    protected int Characters => alphabet.Length;

    protected override int BatchSize => 32;

    protected abstract int Length { get; }

    /// <summary>Text of <see cref="Length"/> + 1 characters or more.</summary>
    protected abstract string Write(Random random);

    protected override (Tensor Inputs, Tensor Classes) Draw(int rows, Random random, bool heldOut)
    {
        var (inputs, classes) = (new long[rows * Length], new long[rows * Length]);
        for (var row = 0; row < rows; row++)
        {
            var text = Write(random);
            for (var i = 0; i < Length; i++)
                (inputs[row * Length + i], classes[row * Length + i]) =
                    (alphabet.IndexOf(text[i]), alphabet.IndexOf(text[i + 1]));
        }
        return (tensor(inputs, rows, Length), tensor(classes, rows, Length));
    }
}
