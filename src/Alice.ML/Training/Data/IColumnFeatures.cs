namespace Alice.ML.Training.Data;

/// <summary>How networks see the columns.</summary>
internal interface IColumnFeatures
{
    /// <summary>Whether columns have bins in addition to their numbers.</summary>
    bool AddsBins { get; }

    /// <summary>Whether a column has bins or is a score. Otherwise it is one feature, the number itself.</summary>
    bool HasBins(int column);

    /// <summary>Index of the feature with the number of a column.</summary>
    int Feature(int column);
}
