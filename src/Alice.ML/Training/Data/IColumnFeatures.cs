namespace Alice.ML.Training.Data;

/// <summary>Which features networks are given for columns.</summary>
internal interface IColumnFeatures
{
    /// <summary>Whether columns have bins beside their numbers.</summary>
    bool AddsBins { get; }

    /// <summary>Whether a column has bins, or becomes a score; else it is one feature, the number as it is.</summary>
    bool HasBins(int column);

    /// <summary>The feature that is the number of a column.</summary>
    int Feature(int column);
}
