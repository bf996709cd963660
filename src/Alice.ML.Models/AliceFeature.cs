namespace Alice.ML.Models;

/// <summary>How a model prepares one feature x for its networks: z = (x − Center) · Scale, held near its range in
/// training.</summary>
/// <remarks>Between the bounds z stays as it is. Beyond one, it comes smoothly to rest a tenth of the distance between
/// the bounds away. A missing value (NaN) is 0.
/// </remarks>
/// <param name="Center">The mean in training, of which single extreme values have no part.</param>
/// <param name="Scale">One over the standard deviation, likewise; 0 for a feature that had one value only, which is
/// ignored.</param>
/// <param name="Lower">Lower bound of z.</param>
/// <param name="Upper">Upper bound of z.</param>
/// <param name="HasMissingIndicator">Whether the networks get a further input that is 1 where the feature is missing,
/// else 0.</param>
public readonly record struct AliceFeature(
    float Center, float Scale, float Lower, float Upper, bool HasMissingIndicator);
