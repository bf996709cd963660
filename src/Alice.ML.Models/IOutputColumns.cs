using Microsoft.ML;

namespace Alice.ML.Models;

/// <summary>The columns that a model makes of its networks' outputs.</summary>
internal interface IOutputColumns
{
    /// <summary>The columns with their annotations.</summary>
    DataViewSchema CreateSchema();

    /// <summary>Whether a column is made of the standard deviations of the networks.</summary>
    bool NeedsDeviations(string column);

    /// <summary>A getter of a column.</summary>
    Delegate Getter(string column, ScoredRow row);

    /// <summary>Puts outputs in order that must not cross.</summary>
    void Order(Span<float> outputs);
}
