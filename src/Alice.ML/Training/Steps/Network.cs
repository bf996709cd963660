using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Training.Steps;

/// <summary>Loss and gradient of a network on one minibatch, with an explicit backward pass. No graph is recorded, and
/// products are written into buffers that are created once per number of rows.</summary>
internal sealed class Network(NetworkShape shape, Objective objective) : IDisposable
{
    private readonly Dictionary<long, Workspace> _workspaces = [];

    public NetworkShape Shape => shape;

    /// <summary>Computes loss and gradient: sums over the rows, divided by the rows of the whole minibatch, of which
    /// these may be a part.</summary>
    /// <param name="at">The parameters.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="gradient">Receives the gradient.</param>
    /// <param name="adds">Whether to add to the contents of <paramref name="gradient"/>.</param>
    /// <returns>The loss, 0-dimensional.</returns>
    public Tensor Evaluate(ParameterViews at, in Minibatch batch, ParameterViews gradient, bool adds = false)
    {
        var space = WorkspaceFor(batch.Features);
        var outputs = Forward(at, batch, space);
        var loss = objective.Evaluate(outputs, batch, out var error);
        var kept = adds ? 1 : 0;
        for (var layer = shape.Layers - 1; ; layer--)
        {
            gradient.Weights[layer].addmm_(space.Inputs[layer].t(), error, kept, 1);
            gradient.Biases[layer].addmm_(space.Ones, error, kept, 1);
            if (layer == 0)
                return loss;

            error = space.Errors[layer - 1].addmm_(error, at.Transposed[layer], 0, 1);
            if (batch.DropoutMasks is { } masks)
                error.mul_(masks[layer - 1]);
            LayerKernels.MultiplyDerivative(shape.Activation, error, space.Sums[layer - 1], space.Activated[layer - 1]);
        }
    }

    /// <summary>Outputs [rows, outputs], without dropout. The next evaluation overwrites them.</summary>
    public Tensor Outputs(ParameterViews at, in Minibatch batch) =>
        Forward(at, batch with { DropoutMasks = null }, WorkspaceFor(batch.Features));

    public void Dispose()
    {
        foreach (var workspace in _workspaces.Values)
            workspace.Dispose();
    }

    private Tensor Forward(ParameterViews at, in Minibatch batch, Workspace space)
    {
        var hidden = batch.Features;
        for (var layer = 0; ; layer++)
        {
            space.Inputs[layer] = hidden;
            var sums = space.Sums[layer];
            sums.addmm_(hidden, at.Weights[layer], 0, 1);
            if (layer == shape.Layers - 1)
                return LayerKernels.Activate(sums, at.Biases[layer], null);

            hidden = space.Activated[layer] = LayerKernels.Activate(sums, at.Biases[layer], shape.Activation);
            if (batch.DropoutMasks is { } masks)
                hidden = hidden.mul(masks[layer]);
        }
    }

    private Workspace WorkspaceFor(Tensor features)
    {
        var rows = features.shape[0];
        if (!_workspaces.TryGetValue(rows, out var workspace))
            _workspaces[rows] = workspace = new Workspace(shape, rows, features.device);
        return workspace;
    }

    /// <summary>Buffers for minibatches of one size.</summary>
    private sealed class Workspace : IDisposable
    {
        public Workspace(NetworkShape shape, long rows, Device device)
        {
            Ones = ones(1, rows, device: device).DetachFromDisposeScope();
            Inputs = new Tensor[shape.Layers];
            Activated = new Tensor[shape.Layers];
            Sums = Buffers();
            Errors = Buffers();

            Tensor[] Buffers() => [.. shape.LayerSizes.Skip(1)
                .Select(units => empty(rows, units, device: device).DetachFromDisposeScope())];
        }

        /// <summary>[1, rows]: ones, to sum over the rows by a product.</summary>
        public Tensor Ones { get; }

        /// <summary>Inputs of each layer in the last forward pass. Not owned.</summary>
        public Tensor[] Inputs { get; }

        /// <summary>Outputs of each hidden layer, before dropout. Not owned.</summary>
        public Tensor[] Activated { get; }

        /// <summary>[rows, units] for each layer: before the activation, or after it if the activation works in
        /// place.</summary>
        public Tensor[] Sums { get; }

        /// <summary>[rows, units] for each layer: gradients.</summary>
        public Tensor[] Errors { get; }

        public void Dispose()
        {
            Ones.Dispose();
            foreach (var buffer in Sums.Concat(Errors))
                buffer.Dispose();
        }
    }
}
