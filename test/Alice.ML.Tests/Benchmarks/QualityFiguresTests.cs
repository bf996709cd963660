using System.Text;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Tool.Data;
using Alice.ML.Training;

namespace Alice.ML.Tests.Benchmarks;

/// <summary>Figures of the report of 'quality' are what it says they are.</summary>
[TestClass]
public class QualityFiguresTests
{
    private const double Tolerance = 1e-9;

    [TestMethod]
    public void Probabilities_that_come_true_as_often_as_they_say_have_no_calibration_error() =>
        Assert.AreEqual(0, Calibration.Error([.. Enumerable.Range(0, 10).Select(i => (0.7, i < 7))]), Tolerance);

    [TestMethod]
    public void Right_probabilities_have_the_calibration_error_of_chance()
    {
        var random = new Random(1);
        double[] probabilities = [.. Enumerable.Range(0, 1000).Select(_ => random.NextDouble())];
        var mean = Enumerable.Range(0, 200)
            .Average(_ => Calibration.Error([.. probabilities.Select(p => (p, random.NextDouble() < p))]));
        Assert.AreEqual(mean, Calibration.ByChance(probabilities), 0.05 * mean);
    }

    [TestMethod]
    public void Calibration_error_is_the_mean_over_the_rows_of_their_bins()
    {
        // 1/15 = .0667: .01 and .05 share a bin, of which half is true: |.03 − .5|; 1 belongs to the last bin, with
        // .95: |.975 − 1|.
        var error = Calibration.Error([(0.01, false), (0.05, true), (0.95, true), (1, true), (0.5, false)]);
        Assert.AreEqual((2 * 0.47 + 2 * 0.025 + 0.5) / 5, error, Tolerance);
    }

    [TestMethod]
    public void Standard_error_of_a_root_mean_square_is_that_of_its_square_over_twice_it()
    {
        // Squares 1 and 9: mean 5, deviation √32, standard error 4.
        Assert.AreEqual(4 / (2 * Math.Sqrt(5)), StandardErrors.Rmse([1, 9]), Tolerance);
        Assert.AreEqual(0, StandardErrors.Rmse([0, 0]));
    }

    [TestMethod]
    public void Standard_error_of_an_area_is_Hanley_and_McNeils()
    {
        // Their formula by hand: A = .8 with 10 and 20 rows: Q1 = 2/3, Q2 = 1.28/1.8.
        var variance = (0.8 * 0.2 + 9 * (2.0 / 3 - 0.64) + 19 * (1.28 / 1.8 - 0.64)) / 200;
        Assert.AreEqual(Math.Sqrt(variance), StandardErrors.Auc(0.8, 10, 20), Tolerance);
        Assert.AreEqual(0, StandardErrors.Auc(1, 10, 20), Tolerance);
    }

    [TestMethod]
    public void Standard_error_of_a_share_is_binomial() =>
        Assert.AreEqual(0.04, StandardErrors.Share(0.8, 100), Tolerance);

    [TestMethod]
    [DataRow(TaskKind.Regression, 0.9, 0.2)]
    [DataRow(TaskKind.Binary, 0.1, 0.03)]
    [DataRow(TaskKind.Multiclass, 0.2, 0.04)]
    public void An_estimate_is_compared_as_the_error_of_its_task(TaskKind task, double expected, double error)
    {
        var estimate = new AliceEstimate
        {
            Rows = 1,
            RootMeanSquaredError = new(0.9, 0.2),
            AreaUnderRocCurve = new(0.9, 0.03),
            Accuracy = new(0.8, 0.04),
        };
        var expectation = Expectation.Of(task, estimate, new Outcome(0.5, 0, 0, 0, 0) { StandardError = 0.1 })!;
        Assert.AreEqual(expected, expectation.Expected.Mean, Tolerance);
        Assert.AreEqual(error, expectation.Expected.StandardError, Tolerance);
        Assert.AreEqual(new(0.5, 0.1), expectation.Test);
        Assert.IsNull(Expectation.Of(task, null, new Outcome(0.5, 0, 0, 0, 0) { StandardError = 0.1 }));
    }

    [TestMethod]
    public void Two_standard_errors_are_those_of_estimate_and_test_together()
    {
        // √(3² + 4²) = 5.
        Assert.AreEqual(1.8, Of(expected: 10, test: 19).Deviation, Tolerance);
        Assert.IsTrue(Of(expected: 10, test: 20).IsWithin);
        Assert.IsTrue(Of(expected: 20, test: 10).IsWithin);
        Assert.IsFalse(Of(expected: 10, test: 20.1).IsWithin);
        Assert.IsTrue(new Expectation(new(0, 0), new(0, 0)).IsWithin);
        Assert.IsFalse(new Expectation(new(0, 0), new(0.1, 0)).IsWithin);
    }

    [TestMethod]
    public void The_section_of_estimates_counts_the_runs_within_and_those_without()
    {
        var text = new StringBuilder();
        EstimateSection.Write(text,
        [
            ("first", [Of(expected: 10, test: 20), Of(expected: 30, test: 60)]),
            ("second", [Of(expected: 40, test: 20), null]),
            ("third", [null]),
        ]);
        var lines = text.ToString().Split('\n');
        Assert.Contains("| first | 20.00 | 40.00 | 2.000 ± 0.000 | 1 of 2 | +2.0; **+6.0** |", lines);
        Assert.Contains("| second | 40.00 | 20.00 | 0.500 | 0 of 1 | **-4.0**; – |", lines);
        Assert.Contains("| third | – | – | – | – | – |", lines);
        Assert.Contains("Within two standard errors: 1 of 3 runs (33%). Geometric mean of test / expected over the "
            + "tables: 1.000. 2 fits had no estimate.", lines);
    }

    [TestMethod]
    public void Without_an_estimate_there_is_no_section()
    {
        var text = new StringBuilder();
        EstimateSection.Write(text, [("first", [null])]);
        Assert.AreEqual("", text.ToString());
    }

    [TestMethod]
    public void Ratios_of_an_error_of_nothing_are_left_out_and_counted()
    {
        Estimate none = new(double.NegativeInfinity, 0);
        Assert.AreEqual("2.000 ± 0.000 (without 1)", Markdown.MeanRatio([new(Math.Log(4), 0), new(0, 0), none]));
        Assert.AreEqual("– (without 1)", Markdown.MeanRatio([none]));
    }

    [TestMethod]
    public void The_picture_names_every_contestant_and_stands_without_any()
    {
        var picture = TimePicture.Draw([new("first", 10, 1), new("second", 100, 3)]);
        Assert.Contains("first", picture);
        Assert.Contains("second", picture);
        Assert.StartsWith("<?xml", TimePicture.Draw([]));
    }

    private static Expectation Of(double expected, double test) => new(new(expected, 3), new(test, 4));
}
