using System.Diagnostics.CodeAnalysis;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>Parameters of one dtype and device, with their state in flat tensors. So the number of kernel calls per
/// step does not depend on the number of parameters.</summary>
internal sealed class ParameterBlock : IDisposable
{
    private ParameterBuffer _plus;
    private ParameterBuffer _minus;
    private ParameterBuffer _gradient;
    private ParameterBuffer? _directions;

    // For each parameter: its number of steps, and whether it takes part in this step and took part in the last.
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

    /// <summary>Views of <see cref="State"/>, one per parameter.</summary>
    public IReadOnlyList<AliceParameterState> ParameterStates { get; private set; }

    public long Count => State.Center.numel();

    public Device Device => State.Center.device;

    /// <summary>Whether the state is on a device. <see cref="Device"/> compares by reference, and a tensor gives a new
    /// object each time.</summary>
    public bool IsOn(Device device) => (Device.type, Device.index) == (device.type, device.index);

    /// <summary>Whether this step has other parameters than the last.</summary>
    public bool HasOtherParameters => !_isLive.AsSpan().SequenceEqual(_wasLive);

    /// <summary>Number of steps in which a parameter took part.</summary>
    public long CountOf(int parameter) => _counts[parameter];

    /// <summary>Sets the number of steps in which a parameter took part.</summary>
    public void SetCount(int parameter, long count) => _counts[parameter] = count;

    /// <summary>Whether the last step of some parameter filled its averages, given the length of that phase. If that
    /// step was skipped, the next one still does.</summary>
    public bool IsFilling(double window) => _counts.Any(count => count > 0 && count <= window);

    /// <summary>Adopts values that other code wrote into the parameters since the last step: where they differ from μ,
    /// both μ and ν become these values. The averages stay.</summary>
    public void TakeOver()
    {
        // On other devices, the check would make the host wait.
        if (Device.type == DeviceType.CPU && !Enumerable.Range(0, Parameters.Count).Any(WasWritten))
            return;
        using var scope = NewDisposeScope();
        for (var i = 0; i < Parameters.Count; i++)
            _gradient.Views[i].copy_(Parameters[i]);
        var written = _gradient.Flat.ne(State.Center);
        State.LookAhead.copy_(where(written, _gradient.Flat, State.LookAhead));
        State.Center.copy_(_gradient.Flat);
    }

    /// <summary>Computes the two outer points of a sample step, with the given directions or those of <paramref
    /// name="key"/>.</summary>
    public void Perturb(in AliceStep step, Func<Parameter, Tensor>? directions, ulong key)
    {
        // Unless the directions are needed again, the buffer of G₋ holds first them and then the point ν − σ·r.
        var signs = step.Hessian == HessianEstimate.Signed ? _directions
            ??= new ParameterBuffer(State.Center, Parameters) : _minus;
        if (directions is null)
            AliceDirections.Fill(signs.Flat, key);
        else
            Copy(directions, signs);
        AliceUpdate.Perturb(State.LookAhead, signs.Flat, step.PerturbationRadius, _plus.Flat, _minus.Flat);
    }

    /// <summary>Sets the parameters to a point. Frozen ones stay at μ.</summary>
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

    /// <summary>Sets the parameters to μ.</summary>
    public void PlaceAtCenter()
    {
        for (var i = 0; i < Parameters.Count; i++)
            Parameters[i].copy_(ParameterStates[i].Center);
    }

    /// <summary>Stores the gradients of a point. A parameter that is frozen or has no gradient at ν does not take part
    /// in the step. The first step of a parameter must be a sample step.</summary>
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

    /// <summary>Takes a step with the stored gradients.</summary>
    /// <param name="stepOf">The constants of a step, by its number. Each parameter counts its own steps.</param>
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

    /// <summary>Subtracts steps that turned out to be skipped from the counts of the parameters of the last
    /// step.</summary>
    public void Uncount(long skipped)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] -= _wasLive[i] ? skipped : 0;
    }

    public void To(Device device)
    {
        if (IsOn(device))
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
