using Alice.ML.Training.Ranks;

namespace Alice.ML.Training.Data;

/// <summary>The values of a column beyond the reach of its quartiles, by the powers of two of their distances from the
/// median: a gap that tells extreme values from the others is wider than any of these intervals, so the least and the
/// largest value in each are enough to find it.</summary>
internal sealed class ColumnTails(Quartiles quartiles)
{
    // The exponents of differences of floats.
    private const int LeastExponent = -150;
    private const int Exponents = 280;

    private readonly (double From, double To) _reach = OutlierFence.Range(quartiles);

    // Those below the median, then those above it.
    private readonly OutlierFence.Stretch[] _stretches = new OutlierFence.Stretch[2 * Exponents];
    private float _inLowest = quartiles.Lower;
    private float _inHighest = quartiles.Upper;

    /// <summary>Adds the first of some values and every <paramref name="step"/>-th after it.</summary>
    public void Add(ReadOnlySpan<float> values, int step)
    {
        for (var i = 0; i < values.Length; i += step)
            // Most values change nothing.
            if (!(values[i] > _inLowest && values[i] < _inHighest) && float.IsFinite(values[i]))
                Add(values[i]);
    }

    private void Add(float value)
    {
        if (value >= _reach.From && value <= _reach.To)
        {
            (_inLowest, _inHighest) = (Math.Min(_inLowest, value), Math.Max(_inHighest, value));
            return;
        }
        var place = Math.ILogB((double)value - quartiles.Median) - LeastExponent;
        Add(value > _reach.To ? Exponents + place : place, new(value, value, 1));
    }

    /// <summary>Adds the values of the other ranks.</summary>
    public void Merge(Peers? peers)
    {
        if (peers is null)
            return;
        var others = peers.GatherEach<OutlierFence.Stretch>(_stretches);
        var inside = peers.Gather<float>([_inLowest, _inHighest]);
        (_inLowest, _inHighest) = (inside.Min(), inside.Max());
        Array.Clear(_stretches);
        foreach (var stretches in others)
            for (var place = 0; place < stretches.Length; place++)
                Add(place, stretches[place]);
    }

    public OutlierFence Fence(float lowest, float highest, int count) => OutlierFence.Of(
        quartiles, (lowest, highest, count), (_inLowest, _inHighest),
        [.. _stretches.Take(Exponents).Where(stretch => stretch.Count > 0)],
        [.. _stretches.Skip(Exponents).Where(stretch => stretch.Count > 0)]);

    private void Add(int place, OutlierFence.Stretch more)
    {
        ref var known = ref _stretches[place];
        if (known.Count == 0 || more.Count == 0)
            known = more.Count == 0 ? known : more;
        else
            known = place >= Exponents
                ? new(Math.Min(known.Near, more.Near), Math.Max(known.Far, more.Far), known.Count + more.Count)
                : new(Math.Max(known.Near, more.Near), Math.Min(known.Far, more.Far), known.Count + more.Count);
    }
}
