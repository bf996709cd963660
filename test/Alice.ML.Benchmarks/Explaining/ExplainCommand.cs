using System.CommandLine;
using System.Diagnostics;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Explaining;

/// <summary>'explain': contributions of a saved model beside Shapley values by sampling, and their time.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var models = new Argument<string[]>("model=rows.csv")
        {
            Description = "Models of 'alice train --save', and for each a file of rows.",
        };
        var rows = new Option<int>("--rows")
        {
            Description = "Rows to explain, spread over the file. Default: 40.",
            DefaultValueFactory = _ => 40,
        };
        var permutations = new Option<int>("--permutations")
        {
            Description = "Permutations for each background row, half of them the reverse of others. Default: 20.",
            DefaultValueFactory = _ => 20,
        };
        var command = new Command("explain", """
            Compares contributions with Shapley values, sampled over permutations of the columns with the model's own
            background, by the rank correlation within each row; and the time of an explanation with that of a score.
            """) { models, rows, permutations };
        command.SetAction(parsed => TableOptions.Guarded(() =>
        {
            Console.WriteLine("| model | columns | rank correlation in a row | of all values | of two samplings | "
                + "sum off by | time, in scores |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
            foreach (var pair in parsed.GetRequiredValue(models))
            {
                var parts = pair.Split('=', 2);
                Measure(parts[0], parts[1], parsed.GetValue(rows), parsed.GetValue(permutations));
            }
        }));
        return command;
    }

    private static void Measure(string model, string file, int count, int permutations)
    {
        var saved = SavedModel.Load(new MLContext(seed: 1), model);
        var table = saved.ReadTable(file, new FileFormat(), _ => { });
        int[] numbers = [.. Enumerable.Range(0, count).Select(i => (int)((i + 0.5) * table.Records.Count / count))];
        var rows = NetworkRows.Of(saved.Pipeline, saved.Schema,
            TableView.Create(table, numbers, saved.Schema, withLabel: false));
        var shapley = new ShapleyValues(rows, permutations);
        var results = rows.Features.Select((features, i) =>
        {
            var (index, a, b) = (rows.MostProbable(features), 2 * i, 2 * i + 1);
            var explanation = rows.Explain(features, index);
            var (first, second) = (shapley.Of(features, index, a), shapley.Of(features, index, b));
            return (explanation, first, second, score: shapley.Score(features, index),
                mean: first.Zip(second, (x, y) => (x + y) / 2).ToArray());
        }).ToArray();
        var spread = Estimate.Deviation([.. results.Select(r => r.score)]);
        string[] fields =
        [
            Path.GetFileNameWithoutExtension(model),
            $"{rows.Columns.Count}",
            Rounded(results.Average(r => Ranks.Correlation([.. r.explanation.Contributions], r.mean))),
            Rounded(Ranks.Correlation(
                [.. results.SelectMany(r => r.explanation.Contributions)], [.. results.SelectMany(r => r.mean)])),
            Rounded(results.Average(r => Ranks.Correlation(r.first, r.second))),
            FormattableString.Invariant(
                $"{results.Max(r => Math.Abs(r.explanation.Score - r.score)) / spread:0e+0}"),
            FormattableString.Invariant($"{Ratio(rows):f0}"),
        ];
        Console.WriteLine($"| {string.Join(" | ", fields)} |");
    }

    private static string Rounded(double correlation) => FormattableString.Invariant($"{correlation:f3}");

    /// <summary>The time of an explanation over that of a score: the least of several, in turn.</summary>
    private static double Ratio(NetworkRows rows)
    {
        double score = double.MaxValue, explanation = double.MaxValue;
        var sink = 0.0;
        for (var round = 0; round < 30; round++)
        {
            score = Math.Min(
                score, Seconds(200, i => sink += rows.Predict(rows.Features[i % rows.Features.Length])[0]));
            explanation = Math.Min(explanation,
                Seconds(20, i => sink += rows.Explain(rows.Features[i % rows.Features.Length]).Base));
        }
        return double.IsNaN(sink) ? double.NaN : explanation / score;
    }

    private static double Seconds(int count, Action<int> action)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            action(i);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / count;
    }
}
