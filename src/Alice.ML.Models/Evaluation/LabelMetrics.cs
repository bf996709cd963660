namespace Alice.ML.Evaluation;

/// <summary>How good the scores of one of several labels are.</summary>
/// <typeparam name="TMetrics">ML.NET's metrics of the task.</typeparam>
/// <param name="Label">Name of the label: that of its slot; where it has none, the column's name and its number from 0.
/// </param>
/// <param name="Rows">Rows where the label is known.</param>
/// <param name="Metrics">The metrics over these rows. Null where they say nothing: no row, or for labels of true and
/// false only one of the two.</param>
public sealed record LabelMetrics<TMetrics>(string Label, int Rows, TMetrics? Metrics)
    where TMetrics : class;
