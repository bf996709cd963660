using Alice.ML.Optimization.Update;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>
/// The Alice optimizer for TorchSharp modules: every (QuickSteps + 1)-th step evaluates the gradient of the minibatch
/// at three points, to learn how fast the gradient changes (its Hessian) and how abruptly (its glass density), and
/// each step goes to the minimum of the loss that both predict. Source: Duersch, Catanach, Safonov, Wendt,
/// <i>Curvature in the Looking-Glass</i>, arXiv 2411.16914.
/// </summary>
/// <remarks>
/// <para>Between steps the module's parameters hold μ, the values for predictions. What something else writes into them
/// (loaded weights, clipping, masks) is taken over by the next step: there μ and ν become these values; the averages
/// stay.</para>
/// <para>Parameters are float32 or float64, on any device, of any layout. The first 1/(1 − β₁) steps, or StartingSteps,
/// only fill the averages. A learning rate of 0 pauses a group: its state and step count stay. A parameter whose
/// requires_grad is false, or that has no gradient in a step, takes no part in it: its value and averages stay. One
/// that was frozen from the start begins at a sample step. Sparse gradients are made dense. A minibatch whose loss or
/// gradient is not finite changes nothing and is counted; after ten in a row <see cref="step"/> throws. A gradient
/// above 1e18 (float64: 1e150) counts as that: its square stays finite.</para>
/// <para>An optimizer made from a module keeps its buffers, such as the running statistics of batch normalization, to
/// the evaluation at ν. One made from parameters does not know them: there the two other evaluations of a sample step
/// count too.</para>
/// <para>Random draws of the closure (dropout) are the same in all evaluations of a step, by way of the default
/// generator's state. That generator belongs to the process: steps of optimizers whose closures draw from it wait for
/// each other, so such closures must not wait for other threads' steps, and nothing else should draw from it on other
/// threads meanwhile. On CUDA devices each evaluation of a sample step starts from a seed, because TorchSharp cannot
/// read the state of their default generators.</para>
/// <para>On devices other than the CPU, once the averages are filled, the host no longer waits for the check of
/// finiteness: it happens on the device, and the counts of steps and skipped steps are corrected at each tenth step
/// and by <see cref="state_dict"/>.</para>
/// </remarks>
public sealed partial class AliceOptimizer : OptimizerHelper, optim.IBetas
{
    private const int MaximumSkippedInARow = 10;

    private readonly AliceOptimizerOptions _settings;
    private readonly AliceRun _run;
    private readonly List<AliceGroup> _groups = [];
    private readonly nn.Module? _module;
    private DeferredSkips? _deferredSkips;

    // Until a sample step shows that the closure draws nothing.
    private bool _drawsRandom = true;

    /// <summary>An optimizer of all parameters of a module, which keeps its buffers to the evaluation at ν.</summary>
    /// <param name="module">The module to train; its parameters are float32 or float64.</param>
    /// <param name="options">Constants of the update. Null, the default:
    /// <see cref="AliceOptimizerOptions.General"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, or a parameter cannot be trained.</exception>
    public AliceOptimizer(nn.Module module, AliceOptimizerOptions? options = null)
        : this((module ?? throw new ArgumentNullException(nameof(module))).parameters(), options) => _module = module;

    /// <summary>An optimizer of one parameter group.</summary>
    /// <param name="parameters">The parameters to train, float32 or float64.</param>
    /// <param name="options">Constants of the update. Null, the default:
    /// <see cref="AliceOptimizerOptions.General"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, or a parameter cannot be trained.</exception>
    public AliceOptimizer(IEnumerable<Parameter> parameters, AliceOptimizerOptions? options = null)
        : this([new ParamGroup(parameters)], options)
    {
    }

    /// <summary>An optimizer of several parameter groups.</summary>
    /// <param name="groups">The groups; one without options of its own takes <paramref name="options"/>.</param>
    /// <param name="options">Constants of the update. Null, the default:
    /// <see cref="AliceOptimizerOptions.General"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, or a parameter cannot be trained.</exception>
    public AliceOptimizer(IEnumerable<ParamGroup> groups, AliceOptimizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(groups);
        options ??= AliceOptimizerOptions.General;
        options.Validate();
        _settings = options;
        _run = new AliceRun(options.Generator is { } generator ? AliceDirections.Key(generator) : 0);
        _defaults = new Options(options);
        _parameter_groups = new List<TorchSharp.Modules.ParamGroup>();
        foreach (var group in groups)
            add_param_group(group);
        if (_groups.Count == 0)
            throw new ArgumentException("The optimizer was given no parameters.", nameof(groups));
    }

    /// <summary>
    /// Supplies the directions r of sample steps: for each parameter a tensor of its shape with values −1 and 1.
    /// Null, the default, draws independent signs. The tensor is copied; one made during the call is disposed after
    /// it.
    /// </summary>
    public Func<Parameter, Tensor>? Directions { get; set; }

    /// <summary>Steps that changed the parameters or their averages.</summary>
    public long StepCount => _run.StepCount;

    /// <summary>Steps without effect, because a loss or gradient was not finite.</summary>
    public long SkippedSteps => _run.SkippedSteps;

    /// <summary>β₁ and β₂ of the first group; setting them sets those of every group.</summary>
    public (double, double) Betas
    {
        get => ((ParamGroup)_parameter_groups[0]).Betas;
        set
        {
            foreach (var group in _parameter_groups.Cast<ParamGroup>())
                group.Betas = value;
        }
    }

    /// <summary>Leaves the verdict on finiteness on the device, as is done on GPUs; for tests without one.</summary>
    internal bool DefersFiniteCheck { get; set; }

    /// <summary>
    /// One step. Calls the closure once, or, on a sample step, three times: with the parameters at ν + σ·r, ν − σ·r
    /// and ν.
    /// </summary>
    /// <param name="closure">
    /// Sets gradients to zero, evaluates the minibatch forward and backward, and returns the loss.
    /// </param>
    /// <returns>
    /// The loss of the last evaluation, that at ν unless an earlier one was not finite; the caller's to dispose.
    /// </returns>
    /// <exception cref="ArgumentNullException">There is no closure.</exception>
    /// <exception cref="InvalidOperationException">
    /// The tenth minibatch in a row gave a loss or gradient that is not finite, or a learning rate is negative.
    /// </exception>
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

    /// <summary>What the optimizer keeps for a parameter.</summary>
    /// <exception cref="ArgumentException">The parameter is not one of this optimizer.</exception>
    public AliceParameterState StateOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return _state.TryGetValue(parameter.Handle, out var state)
            ? ((State)state).Values
            : throw new ArgumentException("The parameter is not one of this optimizer.", nameof(parameter));
    }

    /// <summary>Mean glass density and Hessian of each parameter group.</summary>
    public IReadOnlyList<AliceCurvature> CurvatureSummary() => _groups.Select(group => group.Curvature()).ToList();

    private IEnumerable<ParameterBlock> Blocks => _groups.SelectMany(group => group.Blocks);

    private void Plan()
    {
        foreach (var group in _groups)
            group.Plan();
        if (_deferredSkips is null || CanDeferFiniteCheck())
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
            ReadDeferredSkips(loss);
            _run.SkippedInARow = 0;
            return;
        }
        _deferredSkips ??= new DeferredSkips(finite.device, _run.SkippedInARow);
        _deferredSkips.Add(finite);
        if (_run.StepCount % MaximumSkippedInARow == 0)
            ReadDeferredSkips(loss);
    }
}
