using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Tool.Data;
using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Rules;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>The rival that tells what the Alice optimizer adds: networks like those of a fit of Alice, on the same
/// inputs, trained with Adam (3e-3, β .95/.995, half a cosine to 1%). The mean of their scores is taken as Alice's
/// models take it.
/// </summary>
internal sealed class AdamEnsemble : IDisposable
{
    // As Alice's members: seeds of networks differ from those of other runs.
    private const int SeedStride = 7919;

    private readonly SplitData _data;
    private readonly Standardization _label;
    private readonly OutputRanges? _range;
    private readonly AdamInputs[] _inputs;
    private readonly AdamNetwork[] _networks;

    public AdamEnsemble(SplitData data, AdamSettings settings)
    {
        _data = data;
        float[] labels = [.. data.Train.Select(row => row.Label)];
        _label = data.Task == TaskKind.Regression
            ? Standardization.Of(ColumnScale.Of(labels, 1))
            : Standardization.Identity(1);
        _range = settings.Model?.Range;
        _label.Apply(labels);
        var kinds = settings.Networks.Select(plan => (plan.Encoder, plan.Encoding)).ToArray();
        var inputs = kinds.Distinct()
            .ToDictionary(kind => kind,
                kind => new AdamInputs(data, settings.Model!.Preparation!, kind.Encoder, kind.Encoding));
        _inputs = [.. kinds.Select(kind => inputs[kind])];

        _networks = new AdamNetwork[_inputs.Length];
        var workers = Math.Min(settings.Threads ?? Environment.ProcessorCount, _networks.Length);
        // One network alone gets the threads that Alice would give it.
        using var threads = new TorchThreads(_networks.Length > 1
            ? 1
            : settings.Threads
            ?? AutoRules.Threads(DenseNetwork.WeightCount(LayerSizes(settings, 0)), settings.BatchSize));
        TorchParallel.For(_networks.Length, workers, i =>
        {
            _networks[i] = new AdamNetwork(LayerSizes(settings, i), data.Task, settings, settings.Networks[i],
                unchecked(settings.Seed + SeedStride * i));
            _networks[i].Train(_inputs[i].Train, labels);
        });
    }

    /// <summary>Outputs of a test row, as <see cref="Outcome.Of"/> takes them.</summary>
    public float[] Score(QualityRow row)
    {
        var mean = new double[_data.Task == TaskKind.Multiclass ? _data.Classes : 1];
        for (var i = 0; i < _networks.Length; i++)
        {
            var outputs = _networks[i].Outputs(_inputs[i].Of(row.Features));
            for (var o = 0; o < mean.Length; o++)
                mean[o] += outputs[o] / (double)_networks.Length;
        }
        return _data.Task switch
        {
            TaskKind.Regression => [Held((float)(mean[0] / _label.Scale[0] + _label.Mean[0]))],
            TaskKind.Binary => [(float)mean[0], (float)(1 / (1 + Math.Exp(-mean[0])))],
            _ => [.. mean.Select(p => (float)p)],
        };
    }

    public void Dispose()
    {
        foreach (var network in _networks)
            network.Dispose();
    }

    private float Held(float score)
    {
        _range?.Hold(new Span<float>(ref score));
        return score;
    }

    private int[] LayerSizes(AdamSettings settings, int network) =>
        [_inputs[network].Count, .. settings.Networks[network].HiddenLayers, _data.Task == TaskKind.Multiclass
            ? _data.Classes : 1];

    /// <summary>What a network is given: the features, as they are, as normal scores or encoded,
    /// standardised.</summary>
    private sealed class AdamInputs
    {
        private readonly Standardization _standardization;
        private readonly FeaturePreparation _preparation;
        private readonly PiecewiseLinearEncoder? _encoder;
        private readonly NormalScores? _scores;

        public AdamInputs(SplitData data, FeaturePreparation preparation, PiecewiseLinearEncoder? encoder,
            NumericEncoding encoding)
        {
            _preparation = preparation;
            // A model has scores as sums over its encoder's bins; here they are one number a column.
            var givesScores = encoding == NumericEncoding.NormalScores;
            _encoder = givesScores ? null : encoder;
            Count = _encoder?.OutputCount ?? preparation.OutputCount;
            Train = new float[data.Train.Count * Count];
            for (var row = 0; row < data.Train.Count; row++)
                Encode(data.Train[row].Features, Train.AsSpan(row * Count, Count));
            _standardization = Standardization.Of(ColumnScale.Of(Train, Count));
            _standardization.Apply(Train);
            _scores = givesScores ? NormalScores.Of(
                Count, column => new ColumnSample(data.Train.Count, row => Train[row * Count + column], _ => 1)) : null;
            _scores?.Apply(Train, Train);
        }

        public int Count { get; }

        /// <summary>The training rows, [rows, <see cref="Count"/>].</summary>
        public float[] Train { get; }

        public float[] Of(float[] features)
        {
            var inputs = new float[Count];
            Encode(features, inputs);
            _standardization.Apply(inputs);
            _scores?.Apply(inputs, inputs);
            return inputs;
        }

        private void Encode(float[] features, Span<float> inputs)
        {
            var prepared = new float[_preparation.OutputCount];
            _preparation.Prepare(features, prepared);
            if (_encoder is null)
                prepared.CopyTo(inputs);
            else
                _encoder.Encode<float>(prepared, inputs);
        }
    }
}
