using Microsoft.ML;

namespace Alice.ML.Models;

/// <summary>The output columns of a model.</summary>
internal interface IOutputColumns
{
    /// <summary>Creates the columns with their annotations.</summary>
    DataViewSchema CreateSchema();

    /// <summary>Whether a column needs the standard deviations of the networks.</summary>
    bool NeedsDeviations(string column);

    /// <summary>Creates the getter of a column.</summary>
    Delegate Getter(string column, ScoredRow row);

    /// <summary>Sorts outputs that must not cross.</summary>
    void Order(Span<float> outputs);
}
