using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Tool.Comparing;
using Alice.ML.Tool.Data;
using Alice.ML.Training;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>A network of torch's linear layers, trained by autograd and Adam (<see cref="AdamUpdate"/>) with decoupled
/// weight decay. The starting weights and dropout are drawn from a generator of its own, so that threads do not disturb
/// each other's numbers.
/// </summary>
internal sealed class AdamNetwork : IDisposable
{
    private const double LearningRate = 3e-3;
    private const double Beta1 = 0.95;
    private const double Beta2 = 0.995;

    private readonly TaskKind _task;
    private readonly AdamSettings _settings;
    private readonly AdamPlan _plan;
    private readonly Generator _generator;
    private readonly int _inputs;
    private readonly List<(Tensor Weight, Tensor Bias)> _layers = [];
    private readonly List<Tensor> _parameters = [];
    private readonly AdamUpdate _update;

    /// <param name="layerSizes">Inputs, hidden layers, outputs.</param>
    /// <param name="task">Decides the loss: squared, logistic, or cross-entropy.</param>
    /// <param name="settings">The others.</param>
    /// <param name="plan">What this network is.</param>
    /// <param name="seed">Of weights, order of rows and dropout.</param>
    public AdamNetwork(IReadOnlyList<int> layerSizes, TaskKind task, AdamSettings settings, AdamPlan plan, int seed)
    {
        (_task, _settings, _plan, _inputs) = (task, settings, plan, layerSizes[0]);
        _generator = new Generator((ulong)seed);
        using var scope = NewDisposeScope();
        for (var layer = 1; layer < layerSizes.Count; layer++)
        {
            // As torch.nn.Linear starts.
            var bound = 1 / Math.Sqrt(layerSizes[layer - 1]);
            _layers.Add((Start(bound, layerSizes[layer], layerSizes[layer - 1]), Start(bound, layerSizes[layer])));
        }
        _update = new AdamUpdate(_parameters, Beta1, Beta2);

        Tensor Start(double bound, params long[] shape)
        {
            var values = rand(shape, generator: _generator).Scale(2 * bound).Shift(-bound);
            var parameter = values.requires_grad_().DetachFromDisposeScope();
            _parameters.Add(parameter);
            return parameter;
        }
    }

    /// <summary>Weights [outputs, inputs] and biases, layer after layer; not to be disposed.</summary>
    public IEnumerable<Tensor> Parameters => _parameters;

    /// <summary>Trains to the end.</summary>
    /// <param name="inputs">Row-major [rows, inputs].</param>
    /// <param name="targets">One a row: the number, or the class from 0.</param>
    public void Train(float[] inputs, float[] targets)
    {
        using var outer = NewDisposeScope();
        var rows = targets.Length;
        var features = tensor(inputs, rows, _inputs);
        var labels = _task == TaskKind.Multiclass ? tensor(Array.ConvertAll(targets, t => (long)t))
            : tensor(targets, rows, 1);
        var steps = (rows + _settings.BatchSize - 1) / _settings.BatchSize;
        for (var epoch = 0; epoch < _plan.Epochs; epoch++)
        {
            using var epochScope = NewDisposeScope();
            var order = randperm(rows, generator: _generator);
            for (var i = 0; i < steps && epoch + (double)i / steps < _plan.Epochs; i++)
            {
                using var scope = NewDisposeScope();
                var start = (long)i * rows / steps;
                var batch = order.narrow(0, start, (i + 1L) * rows / steps - start);
                Loss(Forward(features.index_select(0, batch), dropout: _plan.Dropout),
                    labels.index_select(0, batch)).backward();
                Update(LearningRate * LearningRateSchedule.Cosine.Factor((epoch + (double)i / steps) / _plan.Epochs));
            }
        }
    }

    /// <summary>Outputs for one row: the number, the log-odds, or the probabilities of the classes.</summary>
    public float[] Outputs(float[] row)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var outputs = Forward(tensor(row, 1, _inputs), dropout: 0);
        return (_task == TaskKind.Multiclass ? outputs.softmax(1) : outputs).data<float>().ToArray();
    }

    public void Dispose()
    {
        foreach (var parameter in _parameters)
            parameter.Dispose();
        _update.Dispose();
        _generator.Dispose();
    }

    private Tensor Forward(Tensor inputs, double dropout)
    {
        var hidden = inputs;
        foreach (var (weight, bias) in _layers[..^1])
        {
            hidden = Activate(nn.functional.linear(hidden, weight, bias));
            if (dropout > 0)
                hidden = hidden.mul(Mask(hidden.shape, dropout));
        }
        return nn.functional.linear(hidden, _layers[^1].Weight, _layers[^1].Bias);
    }

    private Tensor Activate(Tensor sums) => _settings.Activation switch
    {
        Activation.ReLU => sums.relu(),
        Activation.Tanh => sums.tanh(),
        Activation.SiLU => sums.sigmoid().mul(sums),
        _ => nn.functional.gelu(sums),
    };

    private Tensor Mask(long[] shape, double dropout) =>
        rand(shape, generator: _generator).lt_(tensor((float)(1 - dropout))).Scale(1 / (1 - dropout));

    private Tensor Loss(Tensor outputs, Tensor targets) => _task switch
    {
        TaskKind.Regression => nn.functional.mse_loss(outputs, targets),
        TaskKind.Binary => nn.functional.binary_cross_entropy_with_logits(outputs, targets),
        _ => nn.functional.cross_entropy(outputs, targets),
    };

    private void Update(double rate)
    {
        Tensor[] gradients = [.. _parameters.Select(parameter => parameter.grad!)];
        _update.Step(gradients, gradients, rate, _plan.WeightDecay);
        foreach (var gradient in gradients)
            gradient.zero_();
    }
}
