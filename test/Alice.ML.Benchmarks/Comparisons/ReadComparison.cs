using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Training.Reading;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>Reading rows into the training buffer beside only looking at them.</summary>
internal sealed class ReadComparison : IComparison
{
    private const int Rows = 1_000_000;
    private const int Columns = 20;
    private const double Limit = 1.3;

    public string Name => "read";

    public string Title => "Reading the data";

    public string Explanation =>
        "IDataView → training buffer (DataReader), beside a loop that moves the same cursor over the same rows and "
        + "gets the same columns into variables: 1 million rows × 20 features and a label.";

    public Headings Headings => new("to the buffer", "enumerated", "buffer / enumerated");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        var ml = new MLContext(1);
        var table = new SyntheticTable(Rows, Columns);
        yield return Run(ml, "cached vector column", ml.Data.Cache(table.View(ml)), settings);
        yield return Run(ml, "objects, number of rows known", table.View(ml), settings);
        yield return Run(ml, "objects, number of rows unknown", table.Stream(ml), settings);
    }

    private static Result Run(MLContext ml, string name, IDataView view, ReportSettings settings)
    {
        using var channel = ((IHostEnvironment)ml).Register("Benchmark").Start("Reading");
        var data = new RoleMappedData(view, nameof(TableRow.Label), nameof(TableRow.Features));
        Enumerate(view); // fills the cache
        return Alternating.Time(settings.LongRounds, () => DataReader.Read(data, channel), () => Enumerate(view))
            .Row(name, Limit);
    }

    private static float Enumerate(IDataView view)
    {
        var (feature, label) = (view.Schema[nameof(TableRow.Features)], view.Schema[nameof(TableRow.Label)]);
        using var cursor = view.GetRowCursor([feature, label]);
        var getFeatures = cursor.GetGetter<VBuffer<float>>(feature);
        var getLabel = cursor.GetGetter<float>(label);
        VBuffer<float> values = default;
        float value = 0, sum = 0;
        while (cursor.MoveNext())
        {
            getFeatures(ref values);
            getLabel(ref value);
            sum += value;
        }
        return sum;
    }
}
