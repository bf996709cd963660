using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Training.Steps;

/// <summary>Learns by vector kernels on the memory of the state's tensors. A step makes no object and calls nothing of
/// TorchSharp.</summary>
internal sealed unsafe class KernelLearner : Learner
{
    private const long DropoutKey = 1;

    private readonly int _count;
    private readonly StateMemory _state;
    private double _lossSum;
    private double _firstLoss;

    /// <inheritdoc cref="Learner.Create"/>
    public KernelLearner(NetworkShape shape, Objective objective, Tensor start) : base(shape, objective, start)
    {
        _count = shape.Parameters;
        _state = new StateMemory(State);
    }

    public override void StartEpoch() => (_lossSum, IsFirst) = (0, true);

    public override (double First, double Sum) Losses() => (_firstLoss, _lossSum);

    public override void Step(BatchReader batch, in AliceStep step, double kept, ulong key)
    {
        var reader = (KernelReader)batch;
        var work = reader.Work(Shape, Objective);
        var dropoutKey = AliceDirections.Key(key, DropoutKey);
        if (step.IsSample)
        {
            AliceDirections.Fill(work.Directions, _count, key);
            _state.Perturb(work.Directions, step.PerturbationRadius, work.PlusPoint, work.MinusPoint);
            Evaluate(reader, work, work.PlusPoint, work.Plus, dropoutKey);
            Evaluate(reader, work, work.MinusPoint, work.Minus, dropoutKey);
        }
        var loss = Evaluate(reader, work, _state.LookAhead, work.Centre, dropoutKey);
        if (reader.Peers is { } peers)
            loss = Sum(peers, work, loss, step.IsSample);
        if (step.IsSample)
            _state.MeasureCurvature(work.Plus, work.Minus, work.Centre, work.Directions, step);
        _state.Move(work.Plus, work.Minus, work.Centre, step, kept);

        _lossSum += loss;
        if (IsFirst)
            _firstLoss = loss;
        IsFirst = false;
    }

    public override Tensor Outputs(BatchReader batch)
    {
        var reader = (KernelReader)batch;
        var rows = reader.Part(0);
        var outputs = empty(rows.Rows, Shape.LayerSizes[^1]);
        reader.Kernel(Shape, Objective).Outputs(
            VectorLoop.Pointer<float>(Current, _count), rows, VectorLoop.Pointer<float>(outputs, outputs.numel()));
        return outputs;
    }

    protected override void RestoreLosses(double first, double sum) => (_firstLoss, _lossSum) = (first, sum);

    protected override void UpdateMean(Tensor mean, double memory) =>
        _state.AddCenterTo(VectorLoop.Pointer<float>(mean, _count), memory);

    /// <summary>The gradients and the loss of all ranks: the three gradients of a sample step at once.</summary>
    private static double Sum(Peers peers, KernelWork work, double loss, bool isSample)
    {
        var tail = work.Centre + work.Stride;
        *tail = (float)loss;
        var from = isSample ? work.Plus : work.Centre;
        peers.SumStep(new Span<float>(from, (int)(tail + Peers.Tail - from)));
        return *tail;
    }

    private double Evaluate(KernelReader reader, KernelWork work, float* weights, float* gradient, ulong dropoutKey)
    {
        GradientEvaluations++;
        double loss = 0;
        for (var part = 0; part < reader.Parts; part++)
            loss += work.Kernel.Evaluate(weights, gradient, reader.Part(part, dropoutKey), adds: part > 0);
        return loss;
    }
}
