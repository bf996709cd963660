using Alice.ML.Models;

namespace Alice.ML.Training.Data;

/// <summary>Rows with extreme labels, which no network trains on: their errors belong to the error that people will
/// see.</summary>
internal sealed class LeftOutRows(IReadOnlyList<(float[] Features, float Label)> rows, Peers? peers = null)
{
    /// <summary>None.</summary>
    public static LeftOutRows None { get; } = new([]);

    /// <summary>The rows of a part whose labels lie outside a range, with features as they come.</summary>
    public static LeftOutRows Outside(TrainingData data, float lowest, float highest)
    {
        var rows = new List<(float[], float)>();
        for (var row = 0; row < data.Rows; row++)
            if (data.Labels[row] < lowest || data.Labels[row] > highest)
            {
                var features = new float[data.Columns];
                data.Features.CopyRow(data.Start + row, features);
                rows.Add((features, data.Labels[row]));
            }
        return new(rows, data.Peers);
    }

    /// <summary>The estimate for rows of both kinds, in the shares that the data has.</summary>
    /// <param name="estimate">For the rows whose labels are not extreme.</param>
    /// <param name="trained">How many of these the data has.</param>
    /// <param name="model">The model.</param>
    public AliceEstimate Complete(AliceEstimate estimate, int trained, NetworkEnsemble model)
    {
        if (estimate.RootMeanSquaredError is not { } root || estimate.MeanAbsoluteError is not { } absolute)
            return estimate;
        var outputs = new float[model.OutputCount];
        var errors = new double[rows.Count];
        for (var i = 0; i < errors.Length; i++)
        {
            model.Forward(rows[i].Features, outputs);
            errors[i] = Math.Abs(outputs[0] - (double)rows[i].Label);
        }
        errors = peers?.Gather<double>(errors) ?? errors;
        if (errors.Length == 0)
            return estimate;
        var square = Mixture(new(root.Value * root.Value, 2 * root.Value * root.StandardError),
            [.. errors.Select(error => error * error)]);
        return estimate with
        {
            Rows = estimate.Rows + errors.Length,
            RootMeanSquaredError = square.SquareRoot(),
            MeanAbsoluteError = Mixture(absolute, errors),
        };

        // How many extreme rows come, and how extreme, is a compound Poisson variable: the variance of a sum is the sum
        // of the squares.
        EstimatedValue Mixture(EstimatedValue usual, IReadOnlyList<double> extreme)
        {
            var all = (double)(trained + extreme.Count);
            var share = trained / all;
            return new(
                share * usual.Value + extreme.Sum() / all,
                Math.Sqrt(Math.Pow(share * usual.StandardError, 2) + extreme.Sum(value => value * value)
                    / (all * all)));
        }
    }
}
