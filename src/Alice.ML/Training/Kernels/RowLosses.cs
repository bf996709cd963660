using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>The loss of rows with one output each, and its derivative.</summary>
internal interface IRowLoss<V> where V : struct, IFloats<V>
{
    V At(V output, V target, out V slope);
}

/// <summary>(output − target)².</summary>
internal readonly struct SquaredLoss<V> : IRowLoss<V> where V : struct, IFloats<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At(V output, V target, out V slope)
    {
        var error = output - target;
        slope = error + error;
        return error * error;
    }
}

/// <summary>½e² for an error |e| up to a threshold, threshold·(|e| − ½ threshold) beyond.</summary>
internal readonly struct HuberLoss<V>(float threshold) : IRowLoss<V> where V : struct, IFloats<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At(V output, V target, out V slope)
    {
        var error = output - target;
        slope = V.Max(V.All(-threshold), V.Min(V.All(threshold), error));
        // With the clamped error c, c·(e − ½c) covers both cases.
        return slope * (error - V.All(0.5f) * slope);
    }
}

/// <summary>τ·e for an error e = target − output above 0, otherwise (τ − 1)·e.</summary>
internal readonly struct QuantileLoss<V>(float level) : IRowLoss<V> where V : struct, IFloats<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At(V output, V target, out V slope)
    {
        var excess = output - target;
        var half = V.IfLess(V.All(0), excess, V.All(0.5f), V.IfLess(excess, V.All(0), V.All(-0.5f), V.All(0)));
        slope = half + V.All(0.5f - level);
        return excess * slope;
    }
}

/// <summary>exp(output) − target·output. The output is the logarithm of the mean.</summary>
internal readonly struct PoissonLoss<V> : IRowLoss<V> where V : struct, IFloats<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At(V output, V target, out V slope)
    {
        var rate = Functions<V>.Exp(output);
        slope = rate - target;
        return rate - output * target;
    }
}

/// <summary>log(1 + exp f) − target·f for log-odds f.</summary>
internal readonly struct LogisticLoss<V> : IRowLoss<V> where V : struct, IFloats<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At(V output, V target, out V slope)
    {
        // With e = exp −|f|, which cannot overflow: log(1 + exp f) = max(f, 0) + log(1 + e).
        var e = Functions<V>.Exp(V.All(0) - V.Abs(output));
        var upper = V.All(1) / (V.All(1) + e);
        slope = V.IfLess(output, V.All(0), V.All(1) - upper, upper) - target;
        return V.Max(V.All(0), output) + V.Log(V.All(1) + e) - output * target;
    }
}
