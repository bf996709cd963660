using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>Random directions: independent signs ±1.</summary>
internal static class RandomSigns
{
    /// <summary>Directions that belong to a key, one after the other, like a tensor; each is disposed when the next is
    /// asked for.</summary>
    public static IEnumerable<Tensor> Draw(Tensor like, int count, ulong key)
    {
        for (var i = 0; i < count; i++)
        {
            using var signs = empty_like(like);
            AliceDirections.Fill(signs, AliceDirections.Key(key, i));
            yield return signs;
        }
    }
}
