using Microsoft.ML.Data;

namespace Alice.ML.Transforms;

/// <summary>The encodings of the values of a column.</summary>
internal sealed class TargetEncodingTable
{
    private readonly Dictionary<string, int> _places;
    private readonly float[] _encodings;

    /// <param name="places">Index of each value.</param>
    /// <param name="width">Number of numbers per value.</param>
    /// <param name="encodings">[value, number].</param>
    public TargetEncodingTable(Dictionary<string, int> places, int width, float[] encodings)
    {
        (_places, Width, _encodings) = (places, width, encodings);
    }

    /// <summary>Number of numbers per value.</summary>
    public int Width { get; }

    /// <summary>The encoding of a value. All 0 for an unknown value.</summary>
    public void Encode(ReadOnlySpan<char> value, ref VBuffer<float> encoded)
    {
        var editor = VBufferEditor.Create(ref encoded, Width);
        if (_places.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(value, out var place))
            _encodings.AsSpan(place * Width, Width).CopyTo(editor.Values);
        else
            editor.Values.Clear();
        encoded = editor.Commit();
    }

    /// <summary>Writes the table.</summary>
    public void Save(BinaryWriter writer)
    {
        // *** Binary format ***
        // int: numbers a value
        // int: values
        // for each value
        //   string: the value
        //   float[]: its numbers
        writer.Write(Width);
        writer.Write(_places.Count);
        foreach (var (value, place) in _places)
        {
            writer.Write(value);
            foreach (var number in _encodings.AsSpan(place * Width, Width))
                writer.Write(number);
        }
    }

    /// <exception cref="FormatException">The data is damaged.</exception>
    public static TargetEncodingTable Load(BinaryReader reader)
    {
        var (width, count) = (reader.ReadInt32(), reader.ReadInt32());
        if (width < 1 || count < 0)
            throw new FormatException($"A table of a target encoding has {count} values of {width} numbers.");
        var places = new Dictionary<string, int>();
        // The list grows with the data, so that a damaged count cannot exhaust the memory.
        var encodings = new List<float>();
        for (var place = 0; place < count; place++)
        {
            if (!places.TryAdd(reader.ReadString(), place))
                throw new FormatException("A table of a target encoding holds a value twice.");
            for (var i = 0; i < width; i++)
                encodings.Add(reader.ReadSingle());
        }
        return encodings.TrueForAll(float.IsFinite) ? new TargetEncodingTable(places, width, [.. encodings])
            : throw new FormatException("A table of a target encoding holds a number that is not finite.");
    }
}
