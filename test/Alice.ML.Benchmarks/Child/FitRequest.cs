namespace Alice.ML.Benchmarks.Child;

/// <summary>What a child process is to fit.</summary>
/// <param name="Rows">Rows of the table.</param>
/// <param name="LayerSizes">Inputs, hidden layers, outputs.</param>
/// <param name="KnowsRows">Whether the data view says how many rows it has.</param>
/// <param name="Fits">How often.</param>
internal sealed record FitRequest(int Rows, int[] LayerSizes, bool KnowsRows, int Fits = 1);

/// <summary>What it measured.</summary>
/// <param name="PeakBytes">Peak working set.</param>
/// <param name="WorkingSets">Working set after each fit, garbage collected.</param>
internal sealed record FitMeasurement(long PeakBytes, long[] WorkingSets);
