namespace Alice.ML.Tool.Report;

/// <summary>Regression: residuals against the most important columns.</summary>
internal static class ResidualSection
{
    private const int Factors = 5;
    private const int MostNames = 10;

    public static void Add(Subject subject, Html page)
    {
        if (!subject.IsNumber)
            return;
        page.Section("residuals", "Errors against the most important columns",
            "Measured minus predicted. A pattern shows what the model has not learned. " + subject.SampleNote);
        var (labels, outputs) = subject.Sampled;
        double[] errors = [.. labels.Select((label, i) => (double)label - outputs[i][0])];
        page.Figures(subject.Importances.Take(Factors).Select(i => Draw(subject, i.Column, errors)));
    }

    private static Figure Draw(Subject subject, Factor factor, double[] errors)
    {
        if (factor.Numbers(subject.Sample) is { } numbers && numbers.Any(double.IsFinite))
        {
            var x = NumberSection.Thin(numbers);
            double[] known = [.. x.Where(double.IsFinite)];
            if (known.Length > 0)
                return new Figure(factor.Name,
                    Picture.Draw($"Errors against {factor.Name}", factor.Name, $"error{subject.Unit}",
                    picture =>
                    {
                        picture.Points(x, NumberSection.Thin(errors), 0);
                        picture.Reference([known.Min(), known.Max()], [0, 0]);
                    }), [], "");
        }
        var text = Categories.Of(subject.Sample, factor.Column);
        var groups = Enumerable.Range(0, errors.Length).GroupBy(text).OrderByDescending(g => g.Count())
            .Take(MostNames).Select(g => (g.Key, Values: g.Select(i => errors[i]).Order().ToArray())).ToArray();
        double[] Quantile(double q) => [.. groups.Select(g => g.Values[(int)(q * (g.Values.Length - 1))])];
        return new Figure(factor.Name,
            Picture.Draw($"Errors for each {factor.Name}", $"error{subject.Unit}", "", picture =>
        {
            picture.Reference([0, 0], [-0.5, groups.Length - 0.5]);
            picture.Dots([.. groups.Select(g => g.Key)], Quantile(0.5), Quantile(0.1), Quantile(0.9), 0);
        }, groups.Length), [], "Medians; lines hold the middle 80 % of the rows.");
    }
}
