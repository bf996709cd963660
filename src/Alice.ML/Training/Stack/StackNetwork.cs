using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>Gradients of all networks of a stack at one or three points, with the backward pass written out. What a
/// layer is given has a column of ones: so one product serves weights and biases, which lie one after the other, and
/// one their gradients.</summary>
internal sealed class StackNetwork : IDisposable
{
    private readonly NetworkShape _shape;
    private readonly int _networks;
    private readonly StackLoss _loss;
    private readonly Layers _one;
    private readonly Layers _three;
    private readonly Dictionary<(long Rows, long Whole), RowConstants> _rows = [];

    /// <param name="shape">Sizes of every network.</param>
    /// <param name="networks">How many.</param>
    /// <param name="loss">What they minimize.</param>
    /// <param name="memory">Has the points.</param>
    public StackNetwork(NetworkShape shape, int networks, StackLoss loss, StackMemory memory)
    {
        (_shape, _networks, _loss) = (shape, networks, loss);
        using var scope = NewDisposeScope();
        _one = new Layers(shape, memory.Points(1));
        _three = new Layers(shape, memory.Points(3));
    }

    /// <summary>Gradients [points, networks, parameters] of a minibatch; they belong to the caller's scope.</summary>
    /// <param name="points">1 or 3.</param>
    /// <param name="parts">The minibatch, its features with a column of ones.</param>
    /// <param name="masks">Gives the dropout masks of so many rows, or null.</param>
    /// <param name="sums">[networks]: the loss at ν is added.</param>
    public Tensor Evaluate(int points, IReadOnlyList<Minibatch> parts, Func<long, Tensor?> masks, Tensor sums)
    {
        Tensor? total = null;
        foreach (var part in parts)
        {
            using var scope = NewDisposeScope();
            var gradients = Evaluate(points, part, masks(part.Rows), sums);
            if (total is null)
            {
                total = (gradients.Count == 1 ? gradients[0] : cat(gradients, 1)).MoveToOuterDisposeScope();
                continue;
            }
            long from = 0;
            foreach (var gradient in gradients)
            {
                total.narrow(1, from, gradient.shape[1]).Add(gradient);
                from += gradient.shape[1];
            }
        }
        return total!.view(points, _networks, -1);
    }

    public void Dispose()
    {
        _one.Dispose();
        _three.Dispose();
        _loss.Dispose();
        foreach (var constants in _rows.Values)
            constants.Dispose();
    }

    /// <summary>Per layer [points · networks, parameters of the layer].</summary>
    private List<Tensor> Evaluate(int points, in Minibatch part, Tensor? masks, Tensor sums)
    {
        var all = points * _networks;
        var rows = part.Rows;
        var layers = points == 1 ? _one : _three;
        var constants = ConstantsFor(part);
        var (inputs, before, after) = (new Tensor[_shape.Layers], new Tensor[_shape.Layers], new Tensor[_shape.Layers]);
        inputs[0] = part.Features.expand(all, -1, -1);
        var error = inputs[0];
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            var sum = before[layer] = inputs[layer].bmm(layers.Full[layer]);
            if (layer == _shape.Layers - 1)
            {
                var scale = part.Weights is { } weights ? weights.mul(constants.Scale) : constants.Scale;
                error = _loss.Evaluate(sum.view(points, _networks, rows, -1), part.Targets, scale, sums);
                break;
            }
            var activated = after[layer] = _shape.Activation.Apply(sum);
            if (masks is not null)
                activated = activated.view(points, _networks, rows, -1).mul(Mask(layer)).view(all, rows, -1);
            inputs[layer + 1] = cat([activated, constants.Ones.expand(all, -1, -1)], 2);
        }

        error = error.view(all, rows, -1);
        var gradients = new List<Tensor>();
        for (var layer = _shape.Layers - 1; ; layer--)
        {
            gradients.Insert(0, inputs[layer].transpose(1, 2).bmm(error).view(all, -1));
            if (layer == 0)
                return gradients;
            error = error.bmm(layers.Back[layer]);
            if (masks is not null)
                error.view(points, _networks, rows, -1).mul_(Mask(layer - 1));
            _shape.Activation.MultiplyDerivative(error, before[layer - 1], after[layer - 1]);
        }

        Tensor Mask(int layer) => masks!.narrow(
            2, _shape.LayerSizes.Skip(1).Take(layer).Sum(), _shape.LayerSizes[layer + 1]);
    }

    private RowConstants ConstantsFor(in Minibatch part)
    {
        var key = (part.Rows, part.WholeRows);
        if (!_rows.TryGetValue(key, out var constants))
            _rows[key] = constants = new RowConstants(part.Targets, _loss.Factor / part.WholeRows);
        return constants;
    }

    /// <summary>What does not change from minibatch to minibatch.</summary>
    private sealed class RowConstants : IDisposable
    {
        public RowConstants(Tensor targets, double scale)
        {
            // [rows, 1], whatever the labels of a row.
            using var column = targets.narrow(1, 0, 1);
            Ones = ones_like(column).DetachFromDisposeScope();
            Scale = ones_like(column).Scale(scale).DetachFromDisposeScope();
        }

        /// <summary>[rows, 1].</summary>
        public Tensor Ones { get; }

        /// <summary>[rows, 1]: what losses and gradients of a row are multiplied by.</summary>
        public Tensor Scale { get; }

        public void Dispose()
        {
            Ones.Dispose();
            Scale.Dispose();
        }
    }

    /// <summary>Points [networks, parameters] as matrices.</summary>
    private sealed class Layers : IDisposable
    {
        public Layers(NetworkShape shape, Tensor points)
        {
            var networks = points.shape[0];
            long from = 0;
            for (var layer = 0; layer < shape.Layers; layer++)
            {
                long inputs = shape.LayerSizes[layer], outputs = shape.LayerSizes[layer + 1];
                var full = points.narrow(1, from, (inputs + 1) * outputs).view(networks, inputs + 1, outputs);
                Back.Add(full.narrow(1, 0, inputs).transpose(1, 2).DetachFromDisposeScope());
                Full.Add(full.DetachFromDisposeScope());
                from += (inputs + 1) * outputs;
            }
        }

        /// <summary>Per layer [networks, inputs + 1, outputs]: the weights, and below them the biases.</summary>
        public List<Tensor> Full { get; } = [];

        /// <summary>Per layer [networks, outputs, inputs]: the weights.</summary>
        public List<Tensor> Back { get; } = [];

        public void Dispose()
        {
            foreach (var view in Full.Concat(Back))
                view.Dispose();
        }
    }
}
