namespace Alice.ML.Evaluation;

/// <summary>Evaluation metrics of one label of a model of several labels.</summary>
/// <typeparam name="TMetrics">Type of ML.NET's metrics for the task.</typeparam>
/// <param name="Label">Name of the label: its slot name in the label column or, if it has none, the name of the column
/// and the index of the slot, from 0.</param>
/// <param name="Rows">Number of rows in which the label is known.</param>
/// <param name="Metrics">The metrics on these rows. Null if they are not defined: if there are no rows or, for a
/// Boolean label, if all rows have the same value.</param>
public sealed record LabelMetrics<TMetrics>(string Label, int Rows, TMetrics? Metrics)
    where TMetrics : class;
