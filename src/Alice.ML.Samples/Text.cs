using Microsoft.ML;

namespace Alice.ML.Samples;

/// <summary>Learning from texts: reviews that praise or complain.</summary>
internal static class Text
{
    private static readonly string[] _good = ["excellent", "friendly", "quick", "delicious", "clean", "wonderful"];
    private static readonly string[] _bad = ["terrible", "rude", "slow", "cold", "dirty", "awful"];
    private static readonly string[] _other =
        ["the", "room", "food", "staff", "was", "and", "very", "dinner", "we", "found"];

    /// <summary>Trains on words and three-letter pieces of them, which also know a word that is misspelt.</summary>
    /// <returns>Area under the ROC curve on rows that did not train.</returns>
    public static double Run(TextWriter output)
    {
        var ml = new MLContext(seed: 1);
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(Reviews(800)), testFraction: 0.2, seed: 1);

        // Thousands of columns that are mostly zero: Alice takes them sparse.
        var pipeline = ml.Transforms.Text.FeaturizeText("Features", nameof(Review.Words))
            .Append(ml.BinaryClassification.Trainers.Alice(labelColumnName: nameof(Review.Praises)));
        var model = pipeline.Fit(split.TrainSet);

        var metrics = ml.BinaryClassification.Evaluate(model.Transform(split.TestSet), nameof(Review.Praises));
        output.WriteLine($"test AUC {metrics.AreaUnderRocCurve:F3}, accuracy {metrics.Accuracy:F3}");

        using var engine = ml.Model.CreatePredictionEngine<Review, Opinion>(model);
        foreach (var words in new[] { "the staff was friendly and quick", "dirty room and awfull food" })
            output.WriteLine(
                $"'{words}' praises with probability {engine.Predict(new Review { Words = words }).Probability:P0}");
        return metrics.AreaUnderRocCurve;
    }

    /// <summary>Reviews of ten words, two of which tell the opinion; one in twenty means the opposite.</summary>
    private static IEnumerable<Review> Reviews(int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            var praises = random.Next(2) == 0;
            var words = Enumerable.Range(0, 8).Select(_ => _other[random.Next(_other.Length)])
                .Concat(Enumerable.Range(0, 2).Select(_ => (praises ? _good : _bad)[random.Next(6)])).ToArray();
            random.Shuffle(words);
            yield return new Review { Words = string.Join(' ', words), Praises = praises ^ (random.Next(20) == 0) };
        }
    }

    private sealed class Review
    {
        public string Words { get; set; } = "";

        public bool Praises { get; set; }
    }

    private sealed class Opinion
    {
        public float Probability { get; set; }
    }
}
