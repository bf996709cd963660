using Alice.ML.Optimization.Update;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>The Alice optimizer for TorchSharp modules. Every (QuickSteps + 1)-th step evaluates the gradient of the
/// minibatch at three points. From the differences it estimates how fast the gradient changes (the Hessian) and how
/// abruptly (the glass density). Each step goes to the minimum of the loss that both predict. Source: Duersch,
/// Catanach, Safonov, Wendt, <i>Curvature in the Looking-Glass</i>, arXiv 2411.16914.</summary>
/// <remarks>
/// <para>Between steps, the parameters of the module hold μ, the values to use for predictions. If other code changes
/// them (loaded weights, clipping, masks), the next step continues from the new values: μ and ν are set to them, and
/// the averages are kept.</para>
/// <para>Parameters are float32 or float64, on any device, with any memory layout. The first steps only fill the
/// averages: 1/(1 − β₁) steps, or StartingSteps if it is set. A learning rate of 0 pauses a group: its state and step
/// count do not change. The same holds for a parameter whose requires_grad is false or that has no gradient in a step:
/// its value and averages do not change. A parameter that was frozen from the start begins at a sample step. Sparse
/// gradients are converted to dense ones. A minibatch whose loss or gradient is not finite is skipped and counted;
/// after ten in a row <see cref="step"/> throws. Gradients above 1e18 (float64: 1e150) count as not finite, because
/// their squares would overflow.</para>
/// <para>An optimizer created from a module lets only the evaluation at ν update the buffers of the module, such as the
/// running statistics of batch normalization. An optimizer created from parameters does not know the buffers: the two
/// other evaluations of a sample step update them too.</para>
/// <para>The random draws of the closure (dropout) are the same in all evaluations of a step. To repeat them, the
/// optimizer restores the state of the default generator. That generator belongs to the whole process, so steps whose
/// closures draw from it run one at a time. Such a closure must not wait for a step on another thread, and no other
/// thread should draw from the generator during the step. On CUDA devices each evaluation of a sample step starts from
/// a seed, because TorchSharp cannot read the state of their default generators.</para>
/// <para>On devices other than the CPU, once the averages are filled, the check for finite values runs on the device
/// and the host does not wait for it. The counts of steps and skipped steps are corrected at every tenth step and by
/// <see cref="state_dict"/>.</para>
/// </remarks>
public sealed partial class AliceOptimizer : OptimizerHelper, optim.IBetas
{
    private const int MaximumSkippedInARow = 10;

    private readonly AliceOptimizerOptions _settings;
    private readonly AliceRun _run;
    private readonly List<AliceGroup> _groups = [];
    private readonly nn.Module? _module;
    private DeferredSkips? _deferredSkips;

    // True until a sample step shows that the closure draws nothing.
    private bool _drawsRandom = true;

    /// <summary>Creates an optimizer for all parameters of a module. Only the evaluation at ν updates the buffers of
    /// the module.</summary>
    /// <param name="module">The module to train. Its parameters must be float32 or float64.</param>
    /// <param name="options">Constants of the update. Default null:
    /// <see cref="AliceOptimizerOptions.General"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, there are no parameters, a parameter is given
    /// twice, or a parameter is neither float32 nor float64.</exception>
    public AliceOptimizer(nn.Module module, AliceOptimizerOptions? options = null)
        : this((module ?? throw new ArgumentNullException(nameof(module))).parameters(), options) => _module = module;

    /// <summary>Creates an optimizer for one parameter group.</summary>
    /// <param name="parameters">The parameters to train, float32 or float64.</param>
    /// <param name="options">Constants of the update. Default null:
    /// <see cref="AliceOptimizerOptions.General"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, there are no parameters, a parameter is given
    /// twice, or a parameter is neither float32 nor float64.</exception>
    public AliceOptimizer(IEnumerable<Parameter> parameters, AliceOptimizerOptions? options = null)
        : this([new ParamGroup(parameters)], options)
    {
    }

    /// <summary>Creates an optimizer for several parameter groups.</summary>
    /// <param name="groups">The groups. A group without its own options uses <paramref name="options"/>.</param>
    /// <param name="options">Constants of the update. Default null:
    /// <see cref="AliceOptimizerOptions.General"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, there are no parameters, a parameter is given
    /// twice, or a parameter is neither float32 nor float64.</exception>
    public AliceOptimizer(IEnumerable<ParamGroup> groups, AliceOptimizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(groups);
        _settings = options ?? AliceOptimizerOptions.General;
        _defaults = new Options(_settings);
        _run = new AliceRun(_settings.Generator is { } generator ? AliceDirections.Key(generator) : 0);
        _parameter_groups = new List<TorchSharp.Modules.ParamGroup>();
        foreach (var group in groups)
            add_param_group(group);
        if (_groups.Count == 0)
            throw new ArgumentException("The optimizer was given no parameters.", nameof(groups));
    }

    /// <summary>Supplies the direction r of a sample step: for each parameter a tensor of its shape with values −1 and
    /// 1. The tensor is copied. A tensor created during the call is disposed afterwards. Default null: independent
    /// random signs.</summary>
    public Func<Parameter, Tensor>? Directions { get; set; }

    /// <summary>Number of steps that changed the parameters or their averages.</summary>
    public long StepCount => _run.StepCount;

    /// <summary>Number of steps that were skipped because a loss or gradient was not finite.</summary>
    public long SkippedSteps => _run.SkippedSteps;

    /// <summary>β₁ and β₂ of the first group. Setting them changes every group.</summary>
    public (double, double) Betas
    {
        get => ((ParamGroup)_parameter_groups[0]).Betas;
        set
        {
            foreach (var group in _parameter_groups.Cast<ParamGroup>())
                group.Betas = value;
        }
    }

    /// <summary>Defers the check for finite values, as on GPUs. For tests without a GPU.</summary>
    internal bool DefersFiniteCheck { get; set; }

    /// <summary>Takes one step. Calls the closure once, or three times in a sample step: with the parameters at ν +
    /// σ·r, ν − σ·r and ν.</summary>
    /// <param name="closure">
    /// Sets gradients to zero, evaluates the minibatch forward and backward, and returns the loss.
    /// </param>
    /// <returns>The loss of the last evaluation. This is the one at ν, unless an earlier one was not finite. The caller
    /// disposes it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="closure"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Ten minibatches in a row gave a loss or gradient that is not finite,
    /// or a learning rate is negative or not finite.</exception>
    public override Tensor step(Func<Tensor>? closure = null)
    {
        if (closure is null)
            throw new ArgumentNullException(nameof(closure),
                "Alice evaluates the gradient itself, at up to three points in a step: call step with a closure that "
                + "sets gradients to zero, runs forward and backward, and returns the loss.");
        Plan();

        using var noGradient = no_grad();
        TakeOver();
        using var taken = new ClosureStep(this, closure);
        return taken.Take();
    }

    /// <summary>Returns the state that the optimizer keeps for a parameter.</summary>
    /// <exception cref="ArgumentException">The parameter does not belong to this optimizer.</exception>
    public AliceParameterState StateOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return _state.TryGetValue(parameter.Handle, out var state)
            ? ((State)state).Values
            : throw new ArgumentException("The parameter is not one of this optimizer.", nameof(parameter));
    }

    /// <summary>Returns the mean glass density and mean Hessian of each parameter group.</summary>
    public IReadOnlyList<AliceCurvature> CurvatureSummary() => _groups.Select(group => group.Curvature()).ToList();

    private IEnumerable<ParameterBlock> Blocks => _groups.SelectMany(group => group.Blocks);

    private void Plan()
    {
        foreach (var group in _groups)
            group.Plan();
        if (_deferredSkips is null || (CanDeferFiniteCheck() && !_groups.Any(group => group.HasOtherPause)))
            return;
        ReadDeferredSkips(loss: null);
        foreach (var group in _groups)
            group.Plan();
    }

    private void TakeOver()
    {
        foreach (var block in Blocks)
            block.TakeOver();
    }

    private void Update(Tensor? finite, Tensor loss)
    {
        if (_groups.All(group => group.Step is null))
            return;
        if (Blocks.Any(block => block.HasOtherParameters))
            ReadDeferredSkips(loss);
        foreach (var group in _groups)
            group.Update(finite);
        _run.StepCount++;

        if (finite is null)
        {
            _run.SkippedInARow = 0;
            return;
        }
        _deferredSkips ??= new DeferredSkips(finite.device, _run.SkippedInARow);
        _deferredSkips.Add(finite);
        if (_run.StepCount % MaximumSkippedInARow == 0)
            ReadDeferredSkips(loss);
    }
}
