namespace Alice.ML.Models.Networks;

/// <summary>What holds the outputs of a network: one range for all of them, or one for each.</summary>
/// <param name="ranges">One, or as many as there are outputs.</param>
internal sealed class OutputRanges(params IReadOnlyList<OutputRange> ranges)
{
    /// <summary>One range for all outputs.</summary>
    public static implicit operator OutputRanges(OutputRange range) => new(range);

    /// <summary>1, or the number of outputs.</summary>
    public int Count => ranges.Count;

    /// <summary>The range of an output.</summary>
    public OutputRange this[int output] => ranges[ranges.Count == 1 ? 0 : output];

    /// <summary>The ranges that hold these and others; these where there are no others.</summary>
    public OutputRanges With(OutputRanges? other) =>
        new([.. ranges.Select((range, output) => range.With(other?[output]))]);

    /// <summary>Holds outputs, in place.</summary>
    public void Hold(Span<float> outputs)
    {
        if (ranges.Count == 1)
            ranges[0].Hold(outputs);
        else
            for (var output = 0; output < outputs.Length; output++)
                ranges[output].Hold(outputs.Slice(output, 1));
    }

    /// <summary>A number of every range.</summary>
    public float[] Select(Func<OutputRange, float> number) => [.. ranges.Select(number)];
}
