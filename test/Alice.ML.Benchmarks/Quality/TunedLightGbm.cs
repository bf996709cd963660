namespace Alice.ML.Benchmarks.Quality;

/// <summary>The rival that has Alice's time: LightGBM with the best options of a random search that takes as long as
/// Alice's fit.</summary>
internal static class TunedLightGbm
{
    private const int Parts = 5;

    public static Outcome Measure(Run run)
    {
        var (alice, time) = run.Alice;
        // Alice's default is one a processor.
        var threads = alice.Adam.Threads ?? Environment.ProcessorCount;
        var held = run.Data.HoldOut(Parts, run.Seed);
        var train = held.TrainView(run.ML, withCategories: true);
        var test = held.TestView(run.ML);
        var all = run.Data.TrainView(run.ML, withCategories: true);
        var random = new Random(run.Seed);

        var tries = 0;
        var (model, seconds) = Contestant.Time(() =>
        {
            var found = TimedSearch.Run(
                null, () => LightGbmSetting.Draw(random, run.Data.HasCategories), Try, TimeSpan.FromSeconds(time),
                TimeProvider.System);
            tries = found.Tries;
            Console.Error.WriteLine(
                $"LightGBM, tuned: {tries} settings tried, best: {found.Best?.ToString() ?? "the default"}");
            return LightGbmSetting.Trainer(found.Best, run.ML, run.Data, run.Seed, threads).Fit(all);
        });
        return Contestant.Measured(run, model, seconds) with { Tries = tries };

        TryResult Try(LightGbmSetting? setting)
        {
            var fitted = LightGbmSetting.Trainer(setting, run.ML, held, run.Seed, threads).Fit(train);
            var outcome = Outcome.Of(held, Contestant.Outputs(run.ML, held.Task, fitted.Transform(test)));
            return new(outcome.Error, outcome.LogLoss);
        }
    }
}
