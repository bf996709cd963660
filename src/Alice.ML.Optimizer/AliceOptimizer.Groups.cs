using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

public sealed partial class AliceOptimizer
{
    /// <summary>Adds a parameter group. Its averages start with the next step.</summary>
    /// <param name="param_group">The group, of type <see cref="AliceOptimizer.ParamGroup"/>. If it has no options, it
    /// uses those of the optimizer.</param>
    /// <exception cref="ArgumentException">The group has no parameters, a parameter is given twice, or a parameter is
    /// neither float32 nor float64.</exception>
    public override void add_param_group(TorchSharp.Modules.ParamGroup param_group)
    {
        ArgumentNullException.ThrowIfNull(param_group);
        var index = _groups.Count;
        var group = param_group as ParamGroup
            ?? throw new ArgumentException(
                $"Parameter group {index} must be an {nameof(AliceOptimizer)}.{nameof(ParamGroup)}.");
        var parameters = group.Parameters.ToList();
        Check(parameters, index);

        group.Parameters = parameters;
        group.Options ??= new Options(_settings);
        group.Options.Optimizer = this;
        group.InitialLearningRate = group.LearningRate;
        var worker = new AliceGroup(index, parameters, group.Options);
        _groups.Add(worker);
        _parameter_groups.Add(group);
        foreach (var block in worker.Blocks)
            for (var i = 0; i < block.Parameters.Count; i++)
                _state[block.Parameters[i].Handle] = new State(block, i);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var group in _groups)
                group.Dispose();
            _groups.Clear();
            _deferredSkips?.Dispose();
            _deferredSkips = null;
        }
        base.Dispose(disposing);
    }

    private void Check(List<Parameter> parameters, int group)
    {
        if (parameters.Count == 0)
            throw new ArgumentException($"Parameter group {group} has no parameters.");
        var seen = new HashSet<nint>(_state.Keys);
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].dtype is not (ScalarType.Float32 or ScalarType.Float64))
                throw new ArgumentException(
                    $"Parameter {i} of group {group} is of type {parameters[i].dtype}; "
                    + "Alice trains Float32 and Float64.");
            if (!seen.Add(parameters[i].Handle))
                throw new ArgumentException($"Parameter {i} of group {group} was given twice.");
        }
    }

    /// <summary>A parameter group, optionally with its own options.</summary>
    public sealed class ParamGroup : ParamGroup<Options>, optim.IBetas
    {
        /// <summary>Creates a group that uses the options of the optimizer.</summary>
        public ParamGroup(IEnumerable<Parameter> parameters)
            : base(parameters ?? throw new ArgumentNullException(nameof(parameters)))
        {
        }

        /// <summary>Creates a group with its own options.</summary>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public ParamGroup(IEnumerable<Parameter> parameters, AliceOptimizerOptions options)
            : base(parameters ?? throw new ArgumentNullException(nameof(parameters)), new Options(options))
        {
        }

        /// <summary>β₁ and β₂ of this group.</summary>
        public (double, double) Betas
        {
            get => (Options.Settings.Beta1, Options.Settings.Beta2);
            set => Options.Settings = Options.Settings with { Beta1 = value.Item1, Beta2 = value.Item2 };
        }
    }
}
