using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>The outputs for the row that a cursor is at, computed once for all columns.</summary>
internal sealed class ScoredRow(NetworkEnsemble ensemble, IOutputColumns columns, DataViewRow input,
    DataViewSchema.Column features, bool hasDeviations)
{
    private readonly ValueGetter<VBuffer<float>> _getFeatures = input.GetGetter<VBuffer<float>>(features);
    private readonly float[] _outputs = new float[ensemble.OutputCount];
    private readonly float[] _deviations = hasDeviations ? new float[ensemble.OutputCount] : [];
    private VBuffer<float> _features;
    private long _position = -1;

    /// <summary>The outputs, in order.</summary>
    public ReadOnlySpan<float> Outputs
    {
        get
        {
            Update();
            return _outputs;
        }
    }

    /// <summary>The standard deviations of the networks' outputs, where a column needs them; those of scores are right,
    /// those of quantiles may have changed places.</summary>
    public ReadOnlySpan<float> Deviations
    {
        get
        {
            Update();
            return _deviations;
        }
    }

    private void Update()
    {
        if (_position == input.Position)
            return;
        _getFeatures(ref _features);
        if (hasDeviations)
            ensemble.Forward(in _features, _outputs, _deviations);
        else
            ensemble.Forward(in _features, _outputs);
        columns.Order(_outputs);
        _position = input.Position;
    }
}
