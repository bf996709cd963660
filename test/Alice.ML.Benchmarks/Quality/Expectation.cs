using Alice.ML.Tool.Data;
using Alice.ML.Training;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>What a fit expected its error to be, and what it was on the test rows: RMSE, 1 − AUC or 1 −
/// accuracy.</summary>
internal sealed record Expectation(Estimate Expected, Estimate Test)
{
    private const double StandardErrors = 2;

    /// <summary>Test error less expected error, in standard errors of both together. 0 where both have none and are
    /// equal.</summary>
    public double Deviation
    {
        get
        {
            var difference = Test.Mean - Expected.Mean;
            var error =
                Math.Sqrt(Test.StandardError * Test.StandardError + Expected.StandardError * Expected.StandardError);
            return difference == 0 ? 0 : difference / error;
        }
    }

    public bool IsWithin => Math.Abs(Deviation) <= StandardErrors;

    /// <summary>Null where the fit has no estimate of the measure.</summary>
    public static Expectation? Of(TaskKind task, AliceEstimate? estimate, Outcome outcome)
    {
        var value = task switch
        {
            TaskKind.Binary => estimate?.AreaUnderRocCurve,
            TaskKind.Multiclass => estimate?.Accuracy,
            _ => estimate?.RootMeanSquaredError,
        };
        return value is { } expected
            ? new(new(Outcome.Shown(task, expected.Value), expected.StandardError),
                new(outcome.Error, outcome.StandardError))
            : null;
    }
}
