using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Data;
using Alice.ML.Training.Members;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>The loss of one network of a model on rows, in the coordinates it was trained in: standardized inputs and
/// targets.</summary>
internal sealed class NetworkLoss : IDisposable
{
    private readonly EnsembleMember _member;
    private readonly LearningTask _task;
    private readonly Standardization _standardization;
    private readonly NetworkShape _shape;
    private readonly Tensor _features;
    private readonly Tensor _targets;

    /// <param name="member">The network, and what encodes its inputs.</param>
    /// <param name="task">What it has learned.</param>
    /// <param name="rows">Features as they come and labels as targets.</param>
    public NetworkLoss(EnsembleMember member, LearningTask task, ModelRows rows)
    {
        _member = member;
        _task = task;
        var width = member.Network.InputCount;
        var features = rows.Features;
        if (member.Encoder is { } encoder)
            encoder.Encode<float>(rows.Features, features = new float[rows.Count * width]);
        else
            features = [.. features];
        // A column that does not vary is shifted only: its weights can be brought back.
        _standardization = Standardization.Of(ColumnScale.Of(features, width));
        _standardization.Apply(features);

        _shape = new NetworkShape(member.Network.LayerSizes, member.Network.Activation);
        var weights = member.Network.Weights.ToArray();
        WeightUnits.ToTraining(_shape, _standardization, task.Scores, weights);
        using var scope = NewDisposeScope();
        Module = new DenseModule(_shape.LayerSizes, _shape.Activation, weights);
        _features = tensor(features, rows.Count, width, dtype: ScalarType.Float64).DetachFromDisposeScope();
        _targets = tensor(rows.Targets, rows.Count, 1, dtype: ScalarType.Float64).DetachFromDisposeScope();
        foreach (var parameter in Module.parameters())
            parameter.DetachFromDisposeScope();
    }

    /// <summary>The network in float64.</summary>
    public DenseModule Module { get; }

    /// <summary>Loss over the rows, forward and backward.</summary>
    public Tensor Evaluate()
    {
        using var scope = NewDisposeScope();
        Module.zero_grad();
        var outputs = Module.forward(_features);
        using var guard = no_grad();
        var losses = _task.Objective.RowLosses(outputs.detach().clone(), _targets, out var gradient);
        gradient.Scale(1.0 / losses.shape[0]);
        outputs.backward([gradient]);
        return losses.mean().MoveToOuterDisposeScope();
    }

    /// <summary>The network with the module's parameters of now, for prepared features.</summary>
    public EnsembleMember ToMember()
    {
        var values = new ParameterVector(Module).Values();
        using var single = values.to(ScalarType.Float32);
        values.Dispose();
        // The loss to measure with may be another than that of the model.
        var task = _task with { OutputTransform = _member.Network.OutputTransform };
        return WeightUnits.CreateMember(
            _shape, _standardization, task, single.data<float>().ToArray(), _member.Encoder);
    }

    public void Dispose()
    {
        Module.Dispose();
        _features.Dispose();
        _targets.Dispose();
    }
}
