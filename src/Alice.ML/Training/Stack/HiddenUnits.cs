using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>Applies activation and dropout to the products of the hidden layers of a stack. For each minibatch:
/// <see cref="Begin"/>, then the layers forward, then backward.</summary>
internal abstract class HiddenUnits : IDisposable
{
    /// <summary>Creates the hidden units for a network shape.</summary>
    /// <param name="shape">Shape of every network.</param>
    /// <param name="networks">Number of networks.</param>
    /// <param name="random">Random numbers for dropout.</param>
    /// <param name="like">A tensor of the stack.</param>
    public static HiddenUnits Of(NetworkShape shape, int networks, StackRandom random, Tensor like) =>
        shape.Activation == Activation.ReLU && shape.Layers > 1
            ? new Rectifiers(shape, networks, random, like) : new SmoothUnits(shape, networks, random);

    /// <summary>Whether layers get the negated values of the units before them.</summary>
    public virtual bool IsNegated => false;

    /// <summary>Factor on the outputs, and on the errors at them, [networks, 1, 1]. Null: 1.</summary>
    public virtual Tensor? OutputScale => null;

    /// <summary>Begins a minibatch.</summary>
    /// <param name="points">1 or 3.</param>
    /// <param name="rows">Number of rows of the minibatch.</param>
    /// <param name="constants">Constants of the step.</param>
    public abstract void Begin(int points, long rows, StackConstants constants);

    /// <summary>Input of the layer after a hidden layer, [points · networks, rows, units + 1].</summary>
    /// <param name="layer">The hidden layer, from 0.</param>
    /// <param name="product">[points · networks, rows, units]; with <see cref="IsNegated"/> minus the sums. It may be
    /// overwritten.</param>
    /// <param name="ones">[rows, 1].</param>
    public abstract Tensor Inputs(int layer, Tensor product, Tensor ones);

    /// <summary>Multiplies the error at a layer's units, [points · networks, rows, units], in place, by the derivative
    /// of the activation; with <see cref="IsNegated"/> by its negative.</summary>
    public abstract void MultiplyDerivative(int layer, Tensor error);

    public virtual void Dispose()
    {
    }
}

/// <summary>Hidden units with any activation.</summary>
internal sealed class SmoothUnits(NetworkShape shape, int networks, StackRandom random) : HiddenUnits
{
    private readonly Tensor[] _before = new Tensor[shape.Layers];
    private readonly Tensor[] _after = new Tensor[shape.Layers];
    private Tensor? _masks;

    public override void Begin(int points, long rows, StackConstants constants) =>
        _masks = random.Masks(rows, constants);

    public override Tensor Inputs(int layer, Tensor product, Tensor ones)
    {
        _before[layer] = product;
        var activated = _after[layer] = shape.Activation.Apply(product);
        if (_masks is not null)
            activated = ByPoint(activated).mul(Mask(layer)).view(activated.shape);
        return cat([activated, ones.expand(activated.shape[0], -1, -1)], 2);
    }

    public override void MultiplyDerivative(int layer, Tensor error)
    {
        if (_masks is not null)
            ByPoint(error).mul_(Mask(layer));
        shape.Activation.MultiplyDerivative(error, _before[layer], _after[layer]);
    }

    private Tensor ByPoint(Tensor all) => all.view(-1, networks, all.shape[1], all.shape[2]);

    private Tensor Mask(int layer) => _masks!.narrow(
        2, shape.LayerSizes.Skip(1).Take(layer).Sum(), shape.LayerSizes[layer + 1]);
}

/// <summary>Hidden units with ReLU, in few operations. The values of all layers are in one tensor, with a column for
/// biases per layer. They are negated: the operation min(max(v, −sum), 0) with the previous value v gives −ReLU(sum) if
/// v is far below zero, and 0 if v is above it, as for units that dropout leaves out.<para>The factor 1/(1 − p) of the
/// units that are kept commutes with ReLU, so it is applied once, to the outputs. Therefore, the column for biases of
/// layer l is (1 − p)ˡ.</para></summary>
internal sealed class Rectifiers : HiddenUnits
{
    // Far above any sum with a finite loss.
    private const double Far = 18446744073709551616.0;
    private const double Words = 4294967296.0;

    private readonly StackRandom _random;
    private readonly int _networks;
    private readonly int[] _units;
    private readonly long[] _starts;

    // [1, networks, 1, columns]: initial values. [columns]: factor on random numbers.
    private readonly Tensor _start;
    private readonly Tensor _unitsOnly;
    private readonly Tensor _zero;
    private Tensor? _values;
    private Tensor? _signs;

    public Rectifiers(NetworkShape shape, int networks, StackRandom random, Tensor like)
    {
        using var scope = NewDisposeScope();
        (_random, _networks) = (random, networks);
        _units = [.. shape.LayerSizes.Skip(1).SkipLast(1)];
        _starts = [.. _units.Select((_, layer) => _units.Take(layer).Sum(units => units + 1L))];
        var columns = Columns(_units);
        var dropouts = random.Dropouts ?? new double[networks];
        double[] start = [.. dropouts.SelectMany(dropout => _units.SelectMany((units, layer) =>
            Enumerable.Repeat(Start(dropout), units).Append(-Math.Pow(1 - dropout, layer + 1))))];
        double[] drawn = [.. _units.SelectMany(units => Enumerable.Repeat(Far, units).Append(0))];
        _start = Values(start, 1, networks, 1, columns);
        _unitsOnly = Values(drawn, columns);
        _zero = Values([0], 1);
        if (random.Dropouts is not null)
            OutputScale = Values(
                [.. dropouts.Select(dropout => Math.Pow(1 - dropout, -_units.Length))], networks, 1, 1);

        Tensor Values(double[] values, params long[] shape) =>
            tensor(values).view(shape).to(like.dtype).to(like.device).DetachFromDisposeScope();
    }

    public override bool IsNegated => true;

    public override Tensor? OutputScale { get; }

    /// <summary>Number of columns of the values of all hidden layers.</summary>
    public static long Columns(IEnumerable<int> units) => units.Sum(count => count + 1L);

    public override void Begin(int points, long rows, StackConstants constants)
    {
        _signs = null;
        if (_random.Dropouts is null)
        {
            _values = _start.expand(points, -1, rows, -1).clone();
            return;
        }
        using var drawn = _random.Draw(rows * Columns(_units), constants);
        _values = _start.PlusProduct(drawn.view(1, _networks, rows, -1).expand(points, -1, -1, -1), _unitsOnly);
    }

    public override Tensor Inputs(int layer, Tensor product, Tensor ones)
    {
        Units(_values!, layer, 0).clamp_(product, _zero);
        return Units(_values!, layer, 1);
    }

    public override void MultiplyDerivative(int layer, Tensor error) =>
        error.mul_(Units(_signs ??= _values!.sign(), layer, 0));

    public override void Dispose()
    {
        _start.Dispose();
        _unitsOnly.Dispose();
        _zero.Dispose();
        OutputScale?.Dispose();
    }

    /// <summary>Initial value of a unit. A random number from −2³¹ up is added, so that it is above zero for the share
    /// p of units.</summary>
    private static double Start(double dropout) => Far * (dropout > 0 ? Words / 2 - (1 - dropout) * Words : -Words);

    /// <summary>The columns of a layer and some columns after it, [points · networks, rows, units + more].</summary>
    private Tensor Units(Tensor all, int layer, int more) =>
        all.narrow(3, _starts[layer], _units[layer] + more).flatten(0, 1);
}
