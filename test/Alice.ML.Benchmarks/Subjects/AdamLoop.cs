using Alice.ML.Tool.Comparing;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>What a good TorchSharp user writes to train a ReLU network by hand: Sequential, autograd, batches by
/// index_select, a dispose scope per step. Squared error.
/// </summary>
internal sealed class AdamLoop : IDisposable
{
    private readonly Sequential _model;
    private readonly IStepper _optimizer;
    private readonly Func<Tensor> _order;
    private readonly Tensor _features;
    private readonly Tensor _targets;
    private readonly long _rows;
    private readonly int _batchSize;

    /// <param name="layerSizes">Inputs, hidden layers, outputs.</param>
    /// <param name="features">Row-major [rows, inputs].</param>
    /// <param name="targets">One per row.</param>
    /// <param name="batchSize">Rows a step, at most; the batches of an epoch differ by one row at most.</param>
    /// <param name="generator">Draws the order of the rows, unless <paramref name="order"/> does; not owned.</param>
    /// <param name="optimizer">Makes what moves the parameters: Adam, TorchSharp's or our own.</param>
    /// <param name="order">Gives the numbers of all rows in the order of an epoch.</param>
    public AdamLoop(
        IReadOnlyList<int> layerSizes, float[] features, float[] targets, int batchSize, Generator generator,
        Func<IReadOnlyList<Parameter>, IStepper> optimizer, Func<Tensor>? order = null)
    {
        var modules = new List<nn.Module<Tensor, Tensor>>();
        for (var layer = 1; layer < layerSizes.Count; layer++)
        {
            if (layer > 1)
                modules.Add(nn.ReLU());
            modules.Add(nn.Linear(layerSizes[layer - 1], layerSizes[layer]));
        }
        _model = nn.Sequential(modules);
        _optimizer = optimizer([.. _model.parameters()]);
        _rows = targets.Length;
        _order = order ?? (() => randperm(_rows, generator: generator));
        _batchSize = batchSize;
        _features = tensor(features, _rows, layerSizes[0]);
        _targets = tensor(targets, _rows, 1);
    }

    public int StepsPerEpoch => (int)((_rows + _batchSize - 1) / _batchSize);

    /// <summary>The weight matrices [outputs, inputs] and biases, layer after layer.</summary>
    public IEnumerable<Parameter> Parameters => _model.parameters();

    /// <summary>One pass over the rows in a new order; gives the mean loss of its batches.</summary>
    /// <param name="learningRate">The learning rate of a step, from its number in the epoch.</param>
    public double RunEpoch(Func<int, double> learningRate)
    {
        using var order = _order();
        var lossSum = 0.0;
        for (var i = 0; i < StepsPerEpoch; i++)
        {
            using var scope = NewDisposeScope();
            var start = i * _rows / StepsPerEpoch;
            var rows = order.narrow(0, start, (i + 1) * _rows / StepsPerEpoch - start);
            var (features, targets) = (_features.index_select(0, rows), _targets.index_select(0, rows));
            lossSum += _optimizer.Step(
                () => nn.functional.mse_loss(_model.forward(features), targets), () =>
                    _model.zero_grad(), learningRate(i));
        }
        return lossSum / StepsPerEpoch;
    }

    /// <summary>Mean loss over all rows.</summary>
    public float Evaluate()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        return nn.functional.mse_loss(_model.forward(_features), _targets).item<float>();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
        _features.Dispose();
        _targets.Dispose();
    }
}
