using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Models;

/// <summary>Gives ML.NET's scorer the columns of a regression model, for rows of one schema.</summary>
internal sealed class RegressionRowMapper : ISchemaBoundRowMapper
{
    private readonly AliceRegressionModelParameters _model;
    private readonly DataViewSchema.Column _features;

    /// <exception cref="InvalidOperationException">The features are of another type than in training.</exception>
    public RegressionRowMapper(IExceptionContext context, AliceRegressionModelParameters model, RoleMappedSchema schema)
    {
        (_model, InputRoleMappedSchema) = (model, schema);
        context.CheckParam(schema.Feature.HasValue, nameof(schema), "There is no feature column");
        _features = schema.Feature!.Value;
        var expected = ((IValueMapper)model).InputType;
        if (!_features.Type.Equals(expected))
            throw context.Except("The feature column '{0}' is {1}, but the model was trained with {2}",
                _features.Name, _features.Type, expected);
        OutputSchema = model.Columns.CreateSchema();
    }

    public RoleMappedSchema InputRoleMappedSchema { get; }

    public DataViewSchema InputSchema => InputRoleMappedSchema.Schema;

    public DataViewSchema OutputSchema { get; }

    public ISchemaBindableMapper Bindable => _model;

    public IEnumerable<KeyValuePair<RoleMappedSchema.ColumnRole, string>> GetInputColumnRoles() =>
        [RoleMappedSchema.ColumnRole.Feature.Bind(_features.Name)];

    public IEnumerable<DataViewSchema.Column> GetDependenciesForNewColumns(
        IEnumerable<DataViewSchema.Column> dependingColumns) => dependingColumns.Any() ? [_features] : [];

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        var getters = new Delegate?[OutputSchema.Count];
        var active = activeColumns.Select(column => column.Name).ToHashSet();
        if (active.Count > 0)
        {
            var row = new ScoredRow(_model, input, _features, active.Contains(RegressionColumns.StandardDeviation));
            foreach (var column in OutputSchema)
                if (active.Contains(column.Name))
                    getters[column.Index] = row.Getter(column.Name);
        }
        return new SimpleRow(OutputSchema, input, getters);
    }

    /// <summary>The outputs for the row that a cursor is at, computed once for all columns.</summary>
    private sealed class ScoredRow(
        AliceRegressionModelParameters model, DataViewRow input, DataViewSchema.Column features, bool hasDeviations)
    {
        private readonly ValueGetter<VBuffer<float>> _getFeatures = input.GetGetter<VBuffer<float>>(features);
        private readonly float[] _outputs = new float[model.Ensemble.OutputCount];
        private readonly float[] _deviations = hasDeviations ? new float[model.Ensemble.OutputCount] : [];
        private VBuffer<float> _features;
        private long _position = -1;

        public Delegate Getter(string column) => column switch
        {
            RegressionColumns.StandardDeviation => (ValueGetter<float>)GetStandardDeviation,
            RegressionColumns.Quantiles => (ValueGetter<VBuffer<float>>)GetQuantiles,
            _ => (ValueGetter<float>)GetScore,
        };

        private void GetScore(ref float score)
        {
            Update();
            score = _outputs[0];
        }

        private void GetStandardDeviation(ref float deviation)
        {
            Update();
            deviation = _deviations[0];
        }

        private void GetQuantiles(ref VBuffer<float> quantiles)
        {
            Update();
            var editor = VBufferEditor.Create(ref quantiles, _outputs.Length - 1);
            _outputs.AsSpan(1).CopyTo(editor.Values);
            quantiles = editor.Commit();
        }

        private void Update()
        {
            if (_position == input.Position)
                return;
            _getFeatures(ref _features);
            model.Score(in _features, _outputs, _deviations);
            _position = input.Position;
        }
    }
}
