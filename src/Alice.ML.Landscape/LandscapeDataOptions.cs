using Alice.ML.Trainers;
using Microsoft.ML.Data;

namespace Alice.ML.Landscape;

/// <summary>On which rows a model is measured, and by which loss.</summary>
public sealed record LandscapeDataOptions
{
    /// <summary>Column of the label, of the type that the model's trainer takes. Default "Label".</summary>
    public string LabelColumnName { get; init; } = DefaultColumnNames.Label;

    /// <summary>Column of the features. Default "Features".</summary>
    public string FeatureColumnName { get; init; } = DefaultColumnNames.Features;

    /// <summary>The rows that are used, at most, evenly spread over the data; 1 or more. Default 2,048.</summary>
    public int MaximumRows { get; init; } = 2048;

    /// <summary>The loss of a regression model, which is not saved with it. Default null:
    /// <see cref="RegressionLoss.Poisson"/> for a model of rates, else <see cref="RegressionLoss.Squared"/>.
    /// Classification has one loss.
    /// </summary>
    public RegressionLoss? Loss { get; init; }

    internal void Validate() => new OptionErrors()
        .Require(!string.IsNullOrEmpty(LabelColumnName), nameof(LabelColumnName), LabelColumnName, "must name a column")
        .Require(!string.IsNullOrEmpty(FeatureColumnName), nameof(FeatureColumnName), FeatureColumnName,
            "must name a column")
        .AtLeast<int>(nameof(MaximumRows), MaximumRows, 1)
        .ThrowIfAny();
}
