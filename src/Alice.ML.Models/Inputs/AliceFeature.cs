namespace Alice.ML.Models;

/// <summary>How a model prepares one feature x for its networks: z = (x − Center) · Scale, limited to about the range
/// seen in training.</summary>
/// <remarks>Between Lower and Upper, z is not changed. Beyond a bound, an excess t becomes t·w/(t + w), where w is a
/// tenth of Upper − Lower. So z stays within a distance w of the bounds. A missing value (NaN) becomes 0.
/// </remarks>
/// <param name="Center">Mean of the feature in training, without isolated extreme values.</param>
/// <param name="Scale">One over the standard deviation in training, without isolated extreme values. 0 for a feature
/// that had only one value; such a feature is ignored.</param>
/// <param name="Lower">Lower bound of z.</param>
/// <param name="Upper">Upper bound of z.</param>
/// <param name="HasMissingIndicator">Whether the networks get another input that is 1 if the feature is missing and 0
/// otherwise.</param>
public readonly record struct AliceFeature(
    float Center, float Scale, float Lower, float Upper, bool HasMissingIndicator);
