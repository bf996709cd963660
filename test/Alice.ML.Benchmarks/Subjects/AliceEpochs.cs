using System.Diagnostics;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>Times the epochs of a real fit, through the trainer's own progress reports.</summary>
internal sealed class AliceEpochs : IProgress<AliceProgress>
{
    private readonly List<long> _ends = [];

    /// <summary>Seconds of each epoch of a fit after the first. The first is left out: it includes reading the rows,
    /// and the steps in which only averages build up.
    /// </summary>
    /// <param name="ml">Where the trainer runs.</param>
    /// <param name="data">The rows.</param>
    /// <param name="options">Options; Progress and NumberOfEpochs are set here.</param>
    /// <param name="epochs">Epochs that count.</param>
    public static double[] Seconds(MLContext ml, IDataView data, AliceRegressionTrainer.Options options, int epochs)
    {
        var clock = new AliceEpochs();
        options.NumberOfEpochs = epochs + 1;
        options.Progress = clock;
        ml.Regression.Trainers.Alice(options).Fit(data);
        return [.. clock._ends.Zip(clock._ends.Skip(1), (from, to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds)];
    }

    void IProgress<AliceProgress>.Report(AliceProgress value)
    {
        if (value.Epoch is not null)
            _ends.Add(Stopwatch.GetTimestamp());
    }
}
