using System.Diagnostics.CodeAnalysis;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>
/// Parameters of one dtype and device, with their state in flat tensors, so that a step takes few kernel calls
/// however many parameters there are.
/// </summary>
internal sealed class ParameterBlock : IDisposable
{
    private ParameterBuffer _plus;
    private ParameterBuffer _minus;
    private ParameterBuffer _gradient;
    private ParameterBuffer? _directions;

    // For each parameter: the steps that it took part in, and whether it takes part in the one under way and took part
    // in the last.
    private readonly long[] _counts;
    private bool[] _isLive;
    private bool[] _wasLive;

    public ParameterBlock(IReadOnlyList<Parameter> parameters)
    {
        Parameters = parameters;
        _counts = new long[parameters.Count];
        _isLive = new bool[parameters.Count];
        _wasLive = new bool[parameters.Count];
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

    /// <summary>Whether other parameters take part in the step under way than in the last.</summary>
    public bool HasOtherParameters => !_isLive.AsSpan().SequenceEqual(_wasLive);

    /// <summary>Steps that a parameter took part in.</summary>
    public long CountOf(int parameter) => _counts[parameter];

    /// <summary>Sets the steps that a parameter took part in.</summary>
    public void SetCount(int parameter, long count) => _counts[parameter] = count;

    /// <summary>Whether a parameter's averages are still filling, in a window of so many steps.</summary>
    public bool IsFilling(double window) => _counts.Any(count => count > 0 && count + 1 <= window);

    /// <summary>Takes over what something else wrote into the module's parameters since the last step: μ and ν become
    /// these values where they are others than μ. The averages stay.
    /// </summary>
    public void TakeOver()
    {
        // On other devices than the CPU asking would make the host wait.
        if (Device.type == DeviceType.CPU && !Enumerable.Range(0, Parameters.Count).Any(WasWritten))
            return;
        using var scope = NewDisposeScope();
        for (var i = 0; i < Parameters.Count; i++)
            _gradient.Views[i].copy_(Parameters[i]);
        var written = _gradient.Flat.ne(State.Center);
        State.LookAhead.copy_(where(written, _gradient.Flat, State.LookAhead));
        State.Center.copy_(_gradient.Flat);
    }

    /// <summary>
    /// Works out the two outer points of a sample step, with given directions or those of <paramref name="key"/>.
    /// </summary>
    public void Perturb(in AliceStep step, Func<Parameter, Tensor>? directions, ulong key)
    {
        // Where the directions are not needed again, the buffer for G₋ first holds them, then the point ν − σ·r.
        var signs = step.Hessian == HessianEstimate.Signed ? _directions
            ??= new ParameterBuffer(State.Center, Parameters) : _minus;
        if (directions is null)
            AliceDirections.Fill(signs.Flat, key);
        else
            Copy(directions, signs);
        AliceUpdate.Perturb(State.LookAhead, signs.Flat, step.PerturbationRadius, _plus.Flat, _minus.Flat);
    }

    /// <summary>Puts the module's parameters at a point; frozen ones stay at μ.</summary>
    public void Place(EvaluationPoint point)
    {
        for (var i = 0; i < Parameters.Count; i++)
            Parameters[i].copy_(point switch
            {
                _ when !Parameters[i].requires_grad => ParameterStates[i].Center,
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

    /// <summary>Keeps the parameters' gradients as those of a point. A parameter that is frozen or has no gradient at ν
    /// takes no part in the step; one that has not yet taken part in any waits for a sample step.
    /// </summary>
    /// <returns>The flat gradient.</returns>
    public Tensor Gather(EvaluationPoint point, bool isSample)
    {
        var buffer = BufferOf(point);
        for (var i = 0; i < Parameters.Count; i++)
        {
            using var gradient = Parameters[i].requires_grad ? Parameters[i].grad : null;
            if (gradient is null)
                buffer.Views[i].zero_();
            else if (gradient.is_sparse)
            {
                using var dense = gradient.to_dense();
                buffer.Views[i].copy_(dense);
            }
            else
                buffer.Views[i].copy_(gradient);
            _isLive[i] = gradient is not null && (isSample || _counts[i] > 0);
        }
        return buffer.Flat;
    }

    /// <summary>Applies one step with the gathered gradients.</summary>
    /// <param name="stepOf">The step by its number: a parameter counts those that it took part in.</param>
    /// <param name="finite">See <see cref="AliceUpdate"/>.</param>
    public void Update(Func<long, AliceStep> stepOf, Tensor? finite)
    {
        var (first, start) = (0, 0L);
        while (first < Parameters.Count)
        {
            var (last, length) = (first, Parameters[first].numel());
            while (last + 1 < Parameters.Count && _isLive[last + 1] == _isLive[first]
                && _counts[last + 1] == _counts[first])
                length += Parameters[++last].numel();
            if (_isLive[first] && length > 0)
                Update(start, length, stepOf(_counts[first] + 1), finite);
            for (; first <= last; first++)
                _counts[first] += _isLive[first] ? 1 : 0;
            start += length;
        }
        (_isLive, _wasLive) = (_wasLive, _isLive);
    }

    /// <summary>Takes back the count of steps of the last parameters to take part that turned out to have been
    /// skipped.</summary>
    public void Uncount(long skipped)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] -= _wasLive[i] ? skipped : 0;
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

    private void Update(long start, long length, in AliceStep step, Tensor? finite)
    {
        var directions = _directions ?? _minus;
        if (length == Count)
        {
            AliceUpdate.Apply(State, _plus.Flat, _minus.Flat, _gradient.Flat, directions.Flat, step, finite);
            return;
        }
        using var scope = NewDisposeScope();
        Tensor Part(Tensor flat) => flat.narrow(0, start, length);
        AliceUpdate.Apply(State.Part(start, length), Part(_plus.Flat), Part(_minus.Flat), Part(_gradient.Flat),
            Part(directions.Flat), step, finite);
    }

    private bool WasWritten(int index)
    {
        var (parameter, center) = (Parameters[index], ParameterStates[index].Center);
        if (!parameter.is_contiguous() || parameter.numel() * parameter.element_size() > int.MaxValue)
        {
            using var scope = NewDisposeScope();
            return parameter.ne(center).any().item<bool>();
        }
        return !parameter.bytes.SequenceEqual(center.bytes);
    }

    private void Copy(Func<Parameter, Tensor> directions, ParameterBuffer destination)
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

    private ParameterBuffer BufferOf(EvaluationPoint point) => point switch
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
            states[i] = new AliceParameterState(flat => ParameterBuffer.View(flat, start, parameter), State);
            offset += parameter.numel();
        }
        ParameterStates = states;
        _plus = new ParameterBuffer(State.Center, Parameters);
        _minus = new ParameterBuffer(State.Center, Parameters);
        _gradient = new ParameterBuffer(State.Center, Parameters);
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
}
