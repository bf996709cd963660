using Alice.ML.Tool.Reporting;

namespace Alice.ML.Tool.Report;

/// <summary>Partial dependence (Friedman 2001): the mean prediction if a factor has the same value in every row, with
/// the range of the individual networks.</summary>
/// <param name="Factor">The factor.</param>
/// <param name="Numbers">Its values. Null if they are not numbers.</param>
/// <param name="Names">Its values as text.</param>
/// <param name="Mean">Mean prediction [output][value].</param>
/// <param name="Low">Lowest prediction of a single network [output][value].</param>
/// <param name="High">Highest prediction of a single network.</param>
internal sealed record PartialDependence(Factor Factor, double[]? Numbers, IReadOnlyList<string> Names,
    double[][] Mean, double[][] Low, double[][] High)
{
    private const int Rows = 150;
    private const int Places = 16;
    private const int MostNames = 10;

    /// <summary>Measures one factor.</summary>
    /// <param name="subject">Model and rows.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="outputs">Indices of the outputs.</param>
    public static PartialDependence Measure(Subject subject, Factor factor, int[] outputs)
    {
        var sample = subject.Sample;
        var (numbers, names, sources) = Grid(sample, factor);
        var count = Math.Min(Rows, sample.Count);
        int[] rows = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * sample.Count / count))];
        var view = sample.With([.. sources.SelectMany(_ => rows)], factor,
            [.. sources.SelectMany(source => Enumerable.Repeat(source, count))]);

        double[][] Means(Microsoft.ML.ITransformer model)
        {
            var predicted = subject.Task.Predict(model, view);
            return [.. outputs.Select(o => sources.Select((_, i) =>
                predicted.Skip(i * count).Take(count).Average(p => (double)p[o])).ToArray())];
        }

        var mean = Means(subject.Model);
        var members = new double[subject.Members.Count][][];
        Parallel.For(0, members.Length, i => members[i] = Means(subject.Members[i]));
        double[][] Extreme(Func<IEnumerable<double>, double> of) => [.. outputs.Select((_, o) =>
            sources.Select((_, i) => of(members.Select(m => m[o][i]).Append(mean[o][i]))).ToArray())];
        return new PartialDependence(factor, numbers, names, mean, Extreme(v => v.Min()), Extreme(v => v.Max()));
    }

    /// <summary>The values to try, each with a row that has it: quantiles of numbers, or the most frequent
    /// texts.</summary>
    private static (double[]? Numbers, string[] Names, int[] Sources) Grid(RowsInMemory sample, Factor factor)
    {
        if (factor.Numbers(sample) is { } values)
        {
            int[] order = [.. Enumerable.Range(0, values.Length).Where(i => double.IsFinite(values[i]))
                .OrderBy(i => values[i])];
            int[] sources = order.Length == 0 ? []
                : [.. Enumerable.Range(0, Places).Select(i => order[(int)((long)i * (order.Length - 1) / (Places - 1))])
                    .DistinctBy(i => values[i])];
            return ([.. sources.Select(i => values[i])], [.. sources.Select(i => Show.Number(values[i]))], sources);
        }
        var text = Categories.Of(sample, factor.Column);
        var groups = Enumerable.Range(0, sample.Count).GroupBy(text).OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostNames).ToArray();
        return (null, [.. groups.Select(g => g.Key)], [.. groups.Select(g => g.First())]);
    }
}
