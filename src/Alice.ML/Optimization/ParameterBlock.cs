using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>The points at which a step puts the parameters.</summary>
internal enum EvaluationPoint
{
    Plus,
    Minus,
    LookAhead,
}

/// <summary>
/// Parameters of one dtype and device, with their state in flat tensors, so that a step takes few kernel calls
/// however many parameters there are.
/// </summary>
internal sealed class ParameterBlock : IDisposable
{
    private Buffer _plus;
    private Buffer _minus;
    private Buffer _gradient;
    private Buffer? _directions;

    public ParameterBlock(IReadOnlyList<Parameter> parameters)
    {
        Parameters = parameters;
        using (NewDisposeScope())
        using (no_grad())
            State = new AliceState(cat(parameters.Select(p => p.reshape(-1)).ToArray()));
        CreateViews();
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    public AliceState State { get; }

    /// <summary>Views of <see cref="State"/>, one for each parameter.</summary>
    public IReadOnlyList<AliceParameterState> ParameterStates { get; private set; }

    public long Count => State.Center.numel();

    public Device Device => State.Center.device;

    /// <summary>
    /// Works out the two outer points of a sample step, with given directions or those of <paramref name="key"/>.
    /// </summary>
    public void Perturb(in AliceStep step, Func<Parameter, Tensor>? directions, ulong key)
    {
        // Where the directions are not needed again, the buffer for G₋ first holds them, then the point ν − σ·r.
        var signs = step.Hessian == HessianEstimate.Signed ? _directions ??= new Buffer(State.Center, Parameters) : _minus;
        if (directions is null)
            AliceDirections.Fill(signs.Flat, key);
        else
            Copy(directions, signs);
        AliceUpdate.Perturb(State.LookAhead, signs.Flat, step.PerturbationRadius, _plus.Flat, _minus.Flat);
    }

    /// <summary>Puts the module's parameters at a point.</summary>
    public void Place(EvaluationPoint point)
    {
        for (var i = 0; i < Parameters.Count; i++)
            Parameters[i].copy_(point switch
            {
                EvaluationPoint.Plus => _plus.Views[i],
                EvaluationPoint.Minus => _minus.Views[i],
                _ => ParameterStates[i].LookAhead,
            });
    }

    /// <summary>Puts the module's parameters at μ.</summary>
    public void PlaceAtCenter()
    {
        for (var i = 0; i < Parameters.Count; i++)
            Parameters[i].copy_(ParameterStates[i].Center);
    }

    /// <summary>
    /// Keeps the parameters' gradients as those of a point; a parameter without one counts as gradient zero.
    /// </summary>
    /// <returns>The flat gradient.</returns>
    public Tensor Gather(EvaluationPoint point)
    {
        var buffer = BufferOf(point);
        for (var i = 0; i < Parameters.Count; i++)
        {
            using var gradient = Parameters[i].grad;
            if (gradient is null)
                buffer.Views[i].zero_();
            else
                buffer.Views[i].copy_(gradient);
        }
        return buffer.Flat;
    }

    /// <summary>Applies one step with the gathered gradients.</summary>
    public void Update(in AliceStep step, Tensor? finite)
    {
        if (!step.IsSample)
        {
            AliceUpdate.Move(State, _gradient.Flat, step, finite);
            return;
        }
        AliceUpdate.MeasureCurvature(State, _plus.Flat, _minus.Flat, _gradient.Flat, (_directions ?? _minus).Flat, step, finite);
        AliceUpdate.Move(State, _plus.Flat, _minus.Flat, _gradient.Flat, step, finite);
    }

    public void To(Device device)
    {
        if (device == Device)
            return;
        State.To(device);
        DisposeViews();
        CreateViews();
    }

    public void Dispose()
    {
        DisposeViews();
        State.Dispose();
    }

    private void Copy(Func<Parameter, Tensor> directions, Buffer destination)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < Parameters.Count; i++)
        {
            var given = directions(Parameters[i]);
            if (!given.shape.SequenceEqual(Parameters[i].shape))
                throw new InvalidOperationException(
                    $"Directions returned a tensor of shape [{string.Join(", ", given.shape)}] for a parameter of "
                    + $"shape [{string.Join(", ", Parameters[i].shape)}]. Return one sign, −1 or 1, for each "
                    + "value of the parameter.");
            destination.Views[i].copy_(given);
        }
    }

    private Buffer BufferOf(EvaluationPoint point) => point switch
    {
        EvaluationPoint.Plus => _plus,
        EvaluationPoint.Minus => _minus,
        _ => _gradient,
    };

    [MemberNotNull(nameof(ParameterStates), nameof(_plus), nameof(_minus), nameof(_gradient))]
    private void CreateViews()
    {
        var offset = 0L;
        var states = new AliceParameterState[Parameters.Count];
        for (var i = 0; i < states.Length; i++)
        {
            var (start, parameter) = (offset, Parameters[i]);
            states[i] = new AliceParameterState(flat => View(flat, start, parameter), State);
            offset += parameter.numel();
        }
        ParameterStates = states;
        _plus = new Buffer(State.Center, Parameters);
        _minus = new Buffer(State.Center, Parameters);
        _gradient = new Buffer(State.Center, Parameters);
    }

    private void DisposeViews()
    {
        foreach (var view in ParameterStates.SelectMany(state => state.All))
            view.Dispose();
        _plus.Dispose();
        _minus.Dispose();
        _gradient.Dispose();
        _directions?.Dispose();
        _directions = null;
    }

    private static Tensor View(Tensor flat, long offset, Parameter parameter)
    {
        using var part = flat.narrow(0, offset, parameter.numel());
        return part.view(parameter.shape).DetachFromDisposeScope();
    }

    private sealed class Buffer : IDisposable
    {
        public Buffer(Tensor like, IReadOnlyList<Parameter> parameters)
        {
            Flat = zeros_like(like).DetachFromDisposeScope();
            Views = new Tensor[parameters.Count];
            var offset = 0L;
            for (var i = 0; i < Views.Length; i++)
            {
                Views[i] = View(Flat, offset, parameters[i]);
                offset += parameters[i].numel();
            }
        }

        public Tensor Flat { get; }

        public Tensor[] Views { get; }

        public void Dispose()
        {
            foreach (var view in Views)
                view.Dispose();
            Flat.Dispose();
        }
    }
}
