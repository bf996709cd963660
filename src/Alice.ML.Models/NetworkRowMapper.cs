using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Models;

/// <summary>Gives ML.NET's scorer the columns of a model, for rows of one schema.</summary>
internal sealed class NetworkRowMapper : ISchemaBoundRowMapper
{
    private readonly NetworkEnsemble _ensemble;
    private readonly IOutputColumns _columns;
    private readonly DataViewSchema.Column _features;

    /// <param name="context">Throws the errors.</param>
    /// <param name="model">The model.</param>
    /// <param name="ensemble">Its networks.</param>
    /// <param name="columns">What it makes of their outputs.</param>
    /// <param name="schema">Has the features.</param>
    /// <exception cref="InvalidOperationException">The features are of another type than in training.</exception>
    public NetworkRowMapper(IExceptionContext context, ISchemaBindableMapper model, NetworkEnsemble ensemble,
        IOutputColumns columns, RoleMappedSchema schema)
    {
        (Bindable, _ensemble, _columns, InputRoleMappedSchema) = (model, ensemble, columns, schema);
        context.CheckParam(schema.Feature.HasValue, nameof(schema), "There is no feature column");
        _features = schema.Feature!.Value;
        var expected = new VectorDataViewType(NumberDataViewType.Single, ensemble.InputCount);
        if (!_features.Type.Equals(expected))
            throw context.Except("The feature column '{0}' is {1}, but the model was trained with {2}",
                _features.Name, _features.Type, expected);
        OutputSchema = columns.CreateSchema();
    }

    public RoleMappedSchema InputRoleMappedSchema { get; }

    public DataViewSchema InputSchema => InputRoleMappedSchema.Schema;

    public DataViewSchema OutputSchema { get; }

    public ISchemaBindableMapper Bindable { get; }

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
            var row = new ScoredRow(_ensemble, _columns, input, _features, active.Any(_columns.NeedsDeviations));
            foreach (var column in OutputSchema)
                if (active.Contains(column.Name))
                    getters[column.Index] = _columns.Getter(column.Name, row);
        }
        return new SimpleRow(OutputSchema, input, getters);
    }
}
