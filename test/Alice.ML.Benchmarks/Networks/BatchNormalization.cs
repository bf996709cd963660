using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>Batch normalisation. That of TorchSharp counts its minibatches with a Scalar, which is not safe beside
/// other runs.</summary>
internal sealed class BatchNormalization : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly Tensor _mean;
    private readonly Tensor _variance;

    public BatchNormalization(int channels) : base(nameof(BatchNormalization))
    {
        (_weight, _bias) = (new Parameter(ones(channels)), new Parameter(zeros(channels)));
        (_mean, _variance) = (zeros(channels), ones(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) =>
        nn.functional.batch_norm(input, _mean, _variance, _weight, _bias, training);
}
