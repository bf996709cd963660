using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>Time of a whole fit with default options, for orientation.</summary>
internal sealed class TrainingTimeComparison : IComparison
{
    public string Name => "training";

    public string Title => "Training time (for orientation)";

    public string Explanation =>
        "A fit with default options on the rows of the scoring comparison, in memory, and the test RMSE of the last of "
        + "the fits. SDCA gets its features normalized by mean and variance. No bar: the trainers do different "
        + "amounts of work.";

    public Headings Headings => new("seconds", "test RMSE", "Alice's seconds / its seconds");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        var ml = new MLContext(1);
        var data = TaxiFare.Load(ml, settings.DataFolder);
        var trainers = ml.Regression.Trainers;
        (string Name, Func<ITransformer> Fit)[] fits =
        [
            ("Alice", () => trainers.Alice().Fit(data.Train)),
            ("LightGBM", () => trainers.LightGbm().Fit(data.Train)),
            ("FastTree", () => trainers.FastTree().Fit(data.Train)),
            ("SDCA", () => ml.Transforms.NormalizeMeanVariance("Features").Append(trainers.Sdca()).Fit(data.Train)),
        ];
        var models = new ITransformer[fits.Length];
        var rounds = settings.Quick ? 1 : settings.LongRounds;
        var times = Alternating.Time(rounds, [.. fits.Select((fit, i) => new Action(() => models[i] = fit.Fit()))]);
        for (var i = 0; i < fits.Length; i++)
        {
            var error = ml.Regression.Evaluate(models[i].Transform(data.Test)).RootMeanSquaredError;
            yield return new Result(
                $"{fits[i].Name}, {data.Source}", Figures.Time(times.Median(i)), Figures.Number(error),
                times.RatioText(0, i));
        }
    }
}
