using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Members;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Steps;

/// <summary>Takes steps with vector kernels on the memory of the state's tensors. A step allocates no object and does
/// not call TorchSharp.</summary>
internal sealed unsafe class KernelLearner : Learner
{
    private const long DropoutKey = 1;

    private readonly int _count;
    private readonly StateMemory _state;
    private double _lossSum;
    private double _firstLoss;

    /// <inheritdoc cref="Learner(NetworkShape, Objective, Tensor)"/>
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
        var taken = new KernelStep(this, reader, reader.Work(Shape, Objective), step, kept, key);
        StepProtocol.Take(ref taken);
        _lossSum += taken.Loss;
        if (IsFirst)
            _firstLoss = taken.Loss;
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

    private double Evaluate(KernelReader reader, KernelWork work, float* weights, float* gradient, ulong dropoutKey)
    {
        GradientEvaluations++;
        double loss = 0;
        for (var part = 0; part < reader.Parts; part++)
            loss += work.Kernel.Evaluate(weights, gradient, reader.Part(part, dropoutKey), adds: part > 0);
        return loss;
    }

    private ref struct KernelStep(
        KernelLearner learner, KernelReader reader, KernelWork work, in AliceStep step, double kept, ulong key)
        : IStepOfAlice
    {
        private readonly ref readonly AliceStep _step = ref step;
        private readonly ulong _dropoutKey = AliceDirections.Key(key, DropoutKey);

        /// <summary>The loss of the minibatch at ν, over all ranks.</summary>
        public double Loss { get; private set; }

        public readonly bool IsSample => _step.IsSample;

        public readonly void Perturb()
        {
            AliceDirections.Fill(work.Directions, learner._count, key);
            learner._state.Perturb(work.Directions, _step.PerturbationRadius, work.PlusPoint, work.MinusPoint);
        }

        /// <summary>Losses that are not finite are handled at the end of the epoch
        /// (<see cref="Divergence"/>).</summary>
        public bool Evaluate(EvaluationPoint point)
        {
            Loss = point switch
            {
                EvaluationPoint.Plus => learner.Evaluate(reader, work, work.PlusPoint, work.Plus, _dropoutKey),
                EvaluationPoint.Minus => learner.Evaluate(reader, work, work.MinusPoint, work.Minus, _dropoutKey),
                _ => learner.Evaluate(reader, work, learner._state.LookAhead, work.Centre, _dropoutKey),
            };
            return true;
        }

        public void Update()
        {
            if (reader.Peers is { } peers)
                Loss = Sum(peers);
            learner._state.Apply(work.Plus, work.Minus, work.Centre, work.Directions, _step, kept);
        }

        /// <summary>Sums the gradients and the loss over all ranks, the three gradients of a sample step at
        /// once.</summary>
        private readonly double Sum(Peers peers)
        {
            var tail = work.Centre + work.Stride;
            *tail = (float)Loss;
            var from = IsSample ? work.Plus : work.Centre;
            peers.SumStep(new Span<float>(from, (int)(tail + Peers.Tail - from)));
            return *tail;
        }
    }
}
