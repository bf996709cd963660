using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>Gradients of all networks of a stack at one or three points, with an explicit backward pass. The inputs of
/// each layer have a column of ones. So one product covers weights and biases, which are adjacent, and one covers their
/// gradients.</summary>
internal sealed class StackNetwork : IDisposable
{
    private readonly NetworkShape _shape;
    private readonly int _networks;
    private readonly StackLoss _loss;
    private readonly StackMemory _memory;
    private readonly HiddenUnits _hidden;
    private readonly Layers _one;
    private readonly Layers _three;
    private readonly Tensor _zero;
    private readonly Dictionary<(long Rows, long Whole), RowConstants> _rows = [];

    /// <param name="shape">Sizes of every network.</param>
    /// <param name="networks">Number of networks.</param>
    /// <param name="loss">The loss to minimize.</param>
    /// <param name="memory">The memory with the points.</param>
    /// <param name="random">Random numbers for dropout.</param>
    public StackNetwork(NetworkShape shape, int networks, StackLoss loss, StackMemory memory, StackRandom random)
    {
        (_shape, _networks, _loss, _memory) = (shape, networks, loss, memory);
        using var scope = NewDisposeScope();
        _hidden = HiddenUnits.Of(shape, networks, random, memory.Center);
        _one = new Layers(shape, memory.Points(1));
        _three = new Layers(shape, memory.Points(3));
        _zero = zeros([1, 1, 1], memory.Center.dtype, memory.Center.device).DetachFromDisposeScope();
    }

    /// <summary>The gradient of a minibatch at ν, [networks, parameters]. The caller's scope owns it. With three
    /// points, the gradients at the outer points replace these points.</summary>
    /// <param name="points">1 or 3.</param>
    /// <param name="parts">The minibatch. Its features have an additional column of ones.</param>
    /// <param name="constants">Constants of the step.</param>
    /// <param name="sums">[networks]. The loss at ν is added.</param>
    public Tensor Evaluate(int points, IReadOnlyList<Minibatch> parts, StackConstants constants, Tensor sums)
    {
        using var scope = NewDisposeScope();
        Tensor[]? total = null;
        foreach (var part in parts)
        {
            using var inner = NewDisposeScope();
            _hidden.Begin(points, part.Rows, constants);
            var gradients = Evaluate(points, part, sums);
            if (total is null)
                total = [.. gradients.Select(gradient => gradient.MoveToOuterDisposeScope())];
            else
                for (var layer = 0; layer < total.Length; layer++)
                    total[layer].Add(gradients[layer]);
        }
        if (points > 1)
        {
            var outer = _memory.Outer.flatten(0, 1);
            long from = 0;
            foreach (var gradient in total!)
            {
                var length = gradient.shape[1];
                outer.narrow(1, from, length).copy_(gradient.narrow(0, _networks, 2 * _networks));
                from += length;
            }
        }
        return cat([.. total!.Select(gradient => gradient.narrow(0, 0, _networks))], 1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _one.Dispose();
        _three.Dispose();
        _loss.Dispose();
        _hidden.Dispose();
        _zero.Dispose();
        foreach (var constants in _rows.Values)
            constants.Dispose();
    }

    /// <summary>[points · networks, parameters of the layer] for each layer.</summary>
    private Tensor[] Evaluate(int points, in Minibatch part, Tensor sums)
    {
        var all = points * _networks;
        var rows = part.Rows;
        var layers = points == 1 ? _one : _three;
        var constants = ConstantsFor(part);
        var inputs = new Tensor[_shape.Layers];
        inputs[0] = part.Features.expand(all, -1, -1);
        // With negated values, the first product changes the sign, and the last changes it back.
        for (var layer = 0; layer < _shape.Layers - 1; layer++)
            inputs[layer + 1] = _hidden.Inputs(
                layer, Product(inputs[layer], layers.Full[layer], layer == 0), constants.Ones);
        var last = _shape.Layers - 1;
        var outputs = Product(inputs[last], layers.Full[last], last > 0).view(points, _networks, rows, -1);
        if (_hidden.OutputScale is { } factor)
            outputs.mul_(factor);
        var scale = part.Weights is { } weights ? weights.mul(constants.Scale) : constants.Scale;
        var errorScale = ReferenceEquals(constants.ErrorScale, constants.Scale) ? scale
            : part.Weights?.mul(constants.ErrorScale) ?? constants.ErrorScale;
        var error = _loss.Evaluate(outputs, part.Targets, scale, errorScale, sums).view(all, rows, -1);

        var gradients = new Tensor[_shape.Layers];
        for (var layer = last; ; layer--)
        {
            gradients[layer] = Product(inputs[layer].transpose(1, 2), error, layer > 0).view(all, -1);
            if (layer == 0)
                return gradients;
            error = Product(error, layers.Back[layer], true);
            _hidden.MultiplyDerivative(layer - 1, error);
        }
    }

    /// <summary>a · b. Negative if values are negated and <paramref name="changesSign"/>.</summary>
    private Tensor Product(Tensor a, Tensor b, bool changesSign) =>
        // In TorchSharp 0.107, the summand is the last tensor. With beta 0, it is not read.
        changesSign && _hidden.IsNegated ? a.baddbmm(b, _zero, beta: 0, alpha: -1) : a.bmm(b);

    private RowConstants ConstantsFor(in Minibatch part)
    {
        var key = (part.Rows, part.WholeRows);
        if (!_rows.TryGetValue(key, out var constants))
            _rows[key] = constants =
                new RowConstants(part.Targets, _loss.Factor / part.WholeRows, _hidden.OutputScale);
        return constants;
    }

    /// <summary>Values that are the same for all minibatches with this number of rows.</summary>
    private sealed class RowConstants : IDisposable
    {
        public RowConstants(Tensor targets, double scale, Tensor? outputScale)
        {
            // [rows, 1], whatever the labels of a row.
            using var column = targets.narrow(1, 0, 1);
            Ones = ones_like(column).DetachFromDisposeScope();
            Scale = ones_like(column).Scale(scale).DetachFromDisposeScope();
            ErrorScale = outputScale is null ? Scale : Scale.mul(outputScale).DetachFromDisposeScope();
        }

        /// <summary>[rows, 1].</summary>
        public Tensor Ones { get; }

        /// <summary>[rows, 1]: factor on the losses of a row.</summary>
        public Tensor Scale { get; }

        /// <summary>[rows, 1] or [networks, rows, 1]: factor on the errors of a row.</summary>
        public Tensor ErrorScale { get; }

        public void Dispose()
        {
            Ones.Dispose();
            ErrorScale.Dispose();
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

        /// <summary>[networks, inputs + 1, outputs] for each layer: the weights, then the biases.</summary>
        public List<Tensor> Full { get; } = [];

        /// <summary>[networks, outputs, inputs] for each layer: the weights.</summary>
        public List<Tensor> Back { get; } = [];

        public void Dispose()
        {
            foreach (var view in Full.Concat(Back))
                view.Dispose();
        }
    }
}
