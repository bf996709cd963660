using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Optimization.Update;

/// <summary>The six values per parameter, as contiguous tensors of one shape, dtype and device, outside any dispose
/// scope.</summary>
internal sealed class AliceState : IDisposable
{
    /// <summary>Creates a state at <paramref name="initial"/>, which is copied twice. The averages are zero.</summary>
    public AliceState(Tensor initial)
    {
        using var noGradient = no_grad();
        Center = Copy(initial);
        LookAhead = Copy(initial);
        Gradient = Zeros(initial);
        GlassDensity = Zeros(initial);
        Hessian = Zeros(initial);
        SecondMoment = Zeros(initial);
    }

    private AliceState(AliceState whole, long start, long length)
    {
        Center = Slice(whole.Center, start, length);
        LookAhead = Slice(whole.LookAhead, start, length);
        Gradient = Slice(whole.Gradient, start, length);
        GlassDensity = Slice(whole.GlassDensity, start, length);
        Hessian = Slice(whole.Hessian, start, length);
        SecondMoment = Slice(whole.SecondMoment, start, length);
    }

    /// <summary>μ: the parameters for predictions.</summary>
    public Tensor Center { get; private set; }

    /// <summary>ν: the point at which gradients are evaluated.</summary>
    public Tensor LookAhead { get; private set; }

    /// <summary>g: running mean of the gradient.</summary>
    public Tensor Gradient { get; private set; }

    /// <summary>ρ: running mean of the glass density.</summary>
    public Tensor GlassDensity { get; private set; }

    /// <summary>h: running mean of |ĥ|, ĥ² or r·ĥ, depending on <see cref="HessianEstimate"/>.</summary>
    public Tensor Hessian { get; private set; }

    /// <summary>s: running mean of the squared gradient, without regularization.</summary>
    public Tensor SecondMoment { get; private set; }

    /// <summary>A view of <paramref name="length"/> values of a contiguous tensor, from <paramref name="start"/>, in
    /// memory order.</summary>
    public static Tensor Slice(Tensor tensor, long start, long length)
    {
        using var flat = tensor.view(-1);
        return flat.narrow(0, start, length);
    }

    /// <summary>A view of <paramref name="length"/> values of the state, from <paramref name="start"/>.</summary>
    public AliceState Part(long start, long length) => new(this, start, length);

    /// <summary>Resets the state to <paramref name="weights"/>, in the same memory.</summary>
    public void Restart(Tensor weights)
    {
        using var noGradient = no_grad();
        Center.copy_(weights);
        LookAhead.copy_(weights);
        Gradient.zero_();
        GlassDensity.zero_();
        Hessian.zero_();
        SecondMoment.zero_();
    }

    /// <summary>Moves the state into other tensors, in the order of the properties, and takes ownership of them. The
    /// old ones are disposed.</summary>
    public void MoveInto(Tensor[] memory)
    {
        using var noGradient = no_grad();
        foreach (var (from, into) in All.Zip(memory))
        {
            into.copy_(from);
            from.Dispose();
        }
        (Center, LookAhead, Gradient) = (memory[0], memory[1], memory[2]);
        (GlassDensity, Hessian, SecondMoment) = (memory[3], memory[4], memory[5]);
    }

    /// <summary>Writes the six tensors.</summary>
    public void Save(BinaryWriter writer)
    {
        foreach (var tensor in All)
            TensorRecord.Write(writer, tensor);
    }

    /// <summary>Reads a state that <see cref="Save"/> wrote, into the same memory.</summary>
    public void Restore(BinaryReader reader)
    {
        using var noGradient = no_grad();
        foreach (var tensor in All)
        {
            using var values = TensorRecord.Read(reader, tensor, "a network");
            tensor.copy_(values);
        }
    }

    /// <summary>Moves the state to a device. The old tensors are disposed.</summary>
    public void To(Device device)
    {
        Center = Moved(Center, device);
        LookAhead = Moved(LookAhead, device);
        Gradient = Moved(Gradient, device);
        GlassDensity = Moved(GlassDensity, device);
        Hessian = Moved(Hessian, device);
        SecondMoment = Moved(SecondMoment, device);
    }

    public void Dispose()
    {
        foreach (var tensor in All)
            tensor.Dispose();
    }

    private Tensor[] All => [Center, LookAhead, Gradient, GlassDensity, Hessian, SecondMoment];

    private static Tensor Zeros(Tensor like) =>
        zeros(like.shape, dtype: like.dtype, device: like.device).DetachFromDisposeScope();

    private static Tensor Copy(Tensor values) => Zeros(values).copy_(values);

    private static Tensor Moved(Tensor tensor, Device device)
    {
        var moved = tensor.to(device, copy: true).DetachFromDisposeScope();
        tensor.Dispose();
        return moved;
    }
}
