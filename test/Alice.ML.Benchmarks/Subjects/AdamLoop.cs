using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>
/// What a good TorchSharp user writes to train a ReLU network by hand: Sequential, autograd, torch.optim.Adam, batches by
/// index_select, a dispose scope per step. Squared error.
/// </summary>
internal sealed class AdamLoop : IDisposable
{
    private readonly Sequential _model;
    private readonly Adam _optimizer;
    private readonly Generator _generator;
    private readonly Tensor _features;
    private readonly Tensor _targets;
    private readonly long _rows;
    private readonly int _batchSize;

    /// <param name="layerSizes">Inputs, hidden layers, outputs.</param>
    /// <param name="features">Row-major [rows, inputs].</param>
    /// <param name="targets">One per row.</param>
    /// <param name="batchSize">Rows a step, at most; the batches of an epoch differ by one row at most.</param>
    /// <param name="generator">Draws the order of the rows; not owned.</param>
    /// <param name="beta1">Memory of the mean gradient.</param>
    /// <param name="beta2">Memory of the mean squared gradient.</param>
    public AdamLoop(
        IReadOnlyList<int> layerSizes, float[] features, float[] targets, int batchSize, Generator generator,
        double beta1 = 0.9, double beta2 = 0.999)
    {
        var modules = new List<nn.Module<Tensor, Tensor>>();
        for (var layer = 1; layer < layerSizes.Count; layer++)
        {
            if (layer > 1)
                modules.Add(nn.ReLU());
            modules.Add(nn.Linear(layerSizes[layer - 1], layerSizes[layer]));
        }
        _model = nn.Sequential(modules);
        _optimizer = optim.Adam(_model.parameters(), 1e-3, beta1, beta2);
        _generator = generator;
        _rows = targets.Length;
        _batchSize = batchSize;
        _features = tensor(features, _rows, layerSizes[0]);
        _targets = tensor(targets, _rows, 1);
    }

    public int StepsPerEpoch => (int)((_rows + _batchSize - 1) / _batchSize);

    /// <summary>The weight matrices [outputs, inputs] and biases, layer after layer.</summary>
    public IEnumerable<Parameter> Parameters => _model.parameters();

    /// <summary>One pass over the rows in a new order; gives the mean loss of its batches.</summary>
    /// <param name="learningRate">The learning rate of a step, from its number in the epoch.</param>
    public float RunEpoch(Func<int, double> learningRate)
    {
        using var order = randperm(_rows, generator: _generator);
        using var lossSum = zeros(1);
        for (var i = 0; i < StepsPerEpoch; i++)
        {
            using var scope = NewDisposeScope();
            foreach (var group in _optimizer.ParamGroups)
                group.LearningRate = learningRate(i);
            var start = i * _rows / StepsPerEpoch;
            var rows = order.narrow(0, start, (i + 1) * _rows / StepsPerEpoch - start);

            _optimizer.zero_grad();
            var loss = nn.functional.mse_loss(
                _model.forward(_features.index_select(0, rows)), _targets.index_select(0, rows));
            loss.backward();
            _optimizer.step();
            lossSum.add_(loss.detach());
        }
        return lossSum.item<float>() / StepsPerEpoch;
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
