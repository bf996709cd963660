using Alice.ML.Trainers;
using Microsoft.ML.Data;

namespace Alice.ML.Landscape;

/// <summary>The rows on which a model is measured, and the loss.</summary>
public sealed record LandscapeDataOptions
{
    /// <summary>Column with the label, of the type that the model's trainer needs. Default "Label".</summary>
    public string LabelColumnName { get; init; } = DefaultColumnNames.Label;

    /// <summary>Column with the features. Default "Features".</summary>
    public string FeatureColumnName { get; init; } = DefaultColumnNames.Features;

    /// <summary>Maximum number of rows to use, 1 or more. They are evenly spread over the data. Default
    /// 2,048.</summary>
    public int MaximumRows { get; init; } = 2048;

    /// <summary>Loss of a regression model. It is not saved with the model, so set it if the model was trained with
    /// another loss than the default. Default null: <see cref="RegressionLoss.Poisson"/> for a Poisson model, otherwise
    /// <see cref="RegressionLoss.Squared"/>. Ignored for classification.</summary>
    public RegressionLoss? Loss { get; init; }

    internal void Validate() => new OptionErrors()
        .Require(!string.IsNullOrEmpty(LabelColumnName), nameof(LabelColumnName), LabelColumnName, "must name a column")
        .Require(!string.IsNullOrEmpty(FeatureColumnName), nameof(FeatureColumnName), FeatureColumnName,
            "must name a column")
        .AtLeast<int>(nameof(MaximumRows), MaximumRows, 1)
        .ThrowIfAny();
}
