namespace Alice.ML.Tests;

/// <summary>Seeded damage, as disks, networks and attackers do it.</summary>
internal static class Mutations
{
    // What length and count fields are most easily broken by.
    private static readonly uint[] _words =
        [0, 1, 0x7f, 0xff, 0x100, 0x7fff_ffff, 0x8000_0000, uint.MaxValue, 0x7fc0_0000, 0x7f80_0000];

    /// <summary>The bytes with one to four changes: bits, bytes, words, parts cut out, doubled or swapped, the end cut
    /// off.</summary>
    public static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = (byte[])whole.Clone();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Length > 8; changes--)
            bytes = Change(bytes, random);
        return bytes;
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        var (at, length) = (random.Next(bytes.Length - 4), random.Next(1, 64));
        var part = bytes.AsSpan(at, Math.Min(length, bytes.Length - at)).ToArray();
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
            case 3:
                BitConverter.TryWriteBytes(bytes.AsSpan(at), _words[random.Next(_words.Length)]);
                return bytes;
            case 4:
                return [.. bytes[..at], .. bytes[(at + part.Length)..]];
            case 5:
                return [.. bytes[..at], .. part, .. bytes[at..]];
            case 6:
                part.CopyTo(bytes.AsSpan(random.Next(bytes.Length - part.Length + 1)));
                return bytes;
            default:
                return bytes[..at];
        }
    }
}
