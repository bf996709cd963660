using System.Security.Cryptography;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;
using Alice.ML.Training.Stack;
using Alice.ML.Training.Steps;
using static TorchSharp.torch;

namespace Alice.ML.Training.Members;

/// <summary>One network of an ensemble, with its optimizer state, random numbers and record of losses.</summary>
internal sealed class Member : INumbered, IDisposable
{
    private readonly TrainingSettings _settings;
    private readonly NetworkDesign _design;
    private readonly Divergence _divergence;

    // Weights of a candidate at its best.
    private readonly float[]? _start;
    private bool _hasEnded;
    private Tensor? _best;
    private AliceStep _lastStep;
    private long _step;
    private long _stepsInAll;
    private int _steps;

    /// <param name="design">What the network is.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="course">How the learning rate changes.</param>
    /// <param name="seed">Seed of this member.</param>
    /// <param name="initialWeights">Weights to start from, for what the first layer is given and the targets; null:
    /// random ones.</param>
    public Member(
        NetworkDesign design, TrainingSettings settings, Course course, int seed, float[]? initialWeights)
    {
        _settings = settings;
        _design = design;
        Course = course;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var generator = new Generator((ulong)seed);
        var start = initialWeights is not null ? tensor(initialWeights) : design.Shape.Initialize(generator);
        if (course.WarmUp > 0)
            _start = initialWeights;
        Key = AliceDirections.Key(generator);
        Learner = CreateLearner(design.Shape, design.Objective, start, settings, Key);
        _divergence = new Divergence(Learner.State.Center);
    }

    /// <summary>Makes a learner on plain memory, or on tensors of a device.</summary>
    /// <param name="shape">Sizes of the network.</param>
    /// <param name="objective">What it minimizes.</param>
    /// <param name="start">Weights to start from; copied.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="key">Decides random numbers that all steps of a stack share.</param>
    public static Learner CreateLearner(
        NetworkShape shape, Objective objective, Tensor start, TrainingSettings settings, ulong key = 0) =>
        settings.UsesKernels ? new KernelLearner(shape, objective, start)
        : settings.UsesStacks ? new StackLearner(shape, objective, start, settings, key)
        : new TensorLearner(shape, objective, start, settings);

    public NetworkShape Shape => Learner.Shape;

    /// <summary>Decides which of several ranks trains it.</summary>
    public int Number { get; set; }

    /// <summary>Its parameters and what takes its steps.</summary>
    public Learner Learner { get; }

    public InputEncoding Inputs => _design.Inputs;

    /// <summary>What sets it apart from the other networks of the ensemble.</summary>
    public NetworkPlan Plan => _design.Plan;

    /// <summary>How the learning rate changes in the fit of the ensemble.</summary>
    public Course Course { get; }

    /// <summary>Decides all random numbers after the starting weights.</summary>
    public ulong Key { get; }

    public long GradientEvaluations => Learner.GradientEvaluations;

    /// <summary>How often training went back to earlier weights.</summary>
    public int Restarts { get; set; }

    /// <summary>Minibatches of the epoch that it is done with.</summary>
    public int Position { get; set; }

    /// <summary>Weights of the candidate that it goes on from; null: it started from others.</summary>
    public ReadOnlySpan<float> Start => _start;

    /// <summary>Whether it diverged too often to go on.</summary>
    public bool GaveUp => _divergence.GaveUp;

    /// <summary>Mean training loss of the epoch that ended last.</summary>
    public double Loss { get; private set; }

    /// <summary>Learning rate of the last step.</summary>
    public double LearningRate => _lastStep.LearningRate;

    /// <summary>What there is to tell of the epoch that ended last.</summary>
    public (double Loss, double LearningRate, long GradientEvaluations, double GlassDensity, double Hessian,
        double ShareAtUpperBound) Figures()
    {
        var (glass, hessian) = AliceUpdate.Curvature(Learner.State, _settings.Optimizer.HessianEstimate);
        return (Loss, _lastStep.LearningRate, GradientEvaluations, glass, hessian,
            AliceUpdate.ShareAtUpperBound(Learner.State, _lastStep));
    }

    public void StartEpoch()
    {
        Learner.StartEpoch();
        _steps = 0;
    }

    /// <summary>Learns from a minibatch.</summary>
    /// <param name="batch">What read it, for <see cref="Inputs"/>.</param>
    /// <param name="phase">How.</param>
    public void Step(BatchReader batch, StepPhase phase)
    {
        if (_hasEnded)
            return;
        var (kept, key, averages) = Next(phase);
        Learner.Step(batch, _lastStep, kept, key);
        if (averages)
            Learner.Average();
    }

    /// <summary>Plans the next step, which the network's stack takes.</summary>
    /// <param name="phase">How.</param>
    public void PlanStep(StepPhase phase)
    {
        if (_hasEnded)
            return;
        var (kept, key, averages) = Next(phase);
        ((StackLearner)Learner).Plan(_lastStep, kept, key, averages);
    }

    /// <summary>Begins the mean of weights that predictions use anew; until it has weights, they use those of
    /// now.</summary>
    public void ForgetAverage() => Learner.ForgetAverage();

    /// <summary>Whether the weights that predictions use are all finite.</summary>
    public bool IsFinite()
    {
        using var scope = NewDisposeScope();
        return AliceUpdate.IsFinite(Learner.Current);
    }

    /// <summary>Takes the weights of now into a hash.</summary>
    public void AddTo(IncrementalHash hash)
    {
        using var weights = Learner.State.Center.cpu();
        hash.AppendData(weights.bytes);
    }

    /// <summary>Ends the epoch.</summary>
    /// <returns>Whether it went well; else the weights are the best of before, and the learning rate is
    /// halved.</returns>
    /// <exception cref="InvalidOperationException">The loss grew beyond reason, again and again.</exception>
    public bool EndEpoch()
    {
        Position = 0;
        if (_steps == 0)
            return true;
        var (first, sum) = Learner.Losses();
        Loss = sum / _steps;
        if (!_divergence.HasDiverged(Loss, first))
        {
            _divergence.Remember(Loss, Learner.State.Center);
            return true;
        }
        if (_start is not null && _divergence.IsExhausted)
        {
            Learner.Restart(tensor(_start));
            return _hasEnded = true;
        }
        Learner.Restart(_divergence.GoBack(_settings.LearningRate));
        _step = 0;
        Restarts++;
        return false;
    }

    /// <summary>Outputs [rows, outputs] at the parameters that predictions use; they belong to the caller's
    /// scope.</summary>
    public Tensor Outputs(BatchReader batch) => Learner.Outputs(batch);

    /// <summary>Ends a course that was cut short. In its first half the learning rate is high: the weights are worse
    /// than those that a candidate had.
    /// </summary>
    /// <param name="passes">Passes that were done.</param>
    public void Settle(double passes)
    {
        if (_start is not null && _best is null && passes < Course.Length / 2)
            Learner.Restart(tensor(_start));
    }

    /// <summary>Takes the weights of now for those of the model.</summary>
    public void KeepWeights()
    {
        if (_best is null)
            _best = Learner.Current.clone().DetachFromDisposeScope();
        else
            _best.copy_(Learner.Current);
    }

    /// <summary>The weights of the model: those kept last, else those of now, in <see cref="Models.DenseNetwork"/>'s
    /// order.</summary>
    public float[] Weights()
    {
        using var weights = (_best ?? Learner.Current).cpu();
        return weights.data<float>().ToArray();
    }

    /// <summary>Requires networks to be the same on all ranks, if there are several.</summary>
    /// <exception cref="InvalidOperationException">Names the ranks where they differ from rank 0's.</exception>
    public static void RequireSameWeights(Peers? peers, IEnumerable<Member> members)
    {
        if (peers is null)
            return;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var member in members)
            member.AddTo(hash);
        peers.RequireSame("their weights, which no data or option does: look for a fault of a machine or of the "
            + "network between them, and train again", hash.GetHashAndReset());
    }

    /// <summary>Writes all that later steps depend on, between two steps.</summary>
    public void Save(BinaryWriter writer)
    {
        Learner.Save(writer);
        _divergence.Save(writer);
        writer.Write(_hasEnded);
        writer.Write(_step);
        writer.Write(_stepsInAll);
        writer.Write(_steps);
        writer.Write(Position);
        writer.Write(Restarts);
        writer.Write(Loss);
        writer.Write(_lastStep.Number);
        writer.Write(_lastStep.LearningRate);
        writer.Write(_best is not null);
        if (_best is not null)
            writer.WriteTensor(_best);
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        using var guard = no_grad();
        Learner.Restore(reader);
        _divergence.Restore(reader);
        _hasEnded = reader.ReadBoolean();
        _step = reader.ReadInt64();
        _stepsInAll = reader.ReadInt64();
        _steps = reader.ReadInt32();
        Position = reader.ReadInt32();
        Restarts = reader.ReadInt32();
        Loss = reader.ReadDouble();
        var (number, rate) = (reader.ReadInt64(), reader.ReadDouble());
        if (number > 0)
            _lastStep = AliceStep.Create(_settings.Optimizer, rate, number);
        if (!reader.ReadBoolean())
            return;
        KeepWeights();
        reader.ReadTensor(_best!, "kept weights");
    }

    public void Dispose()
    {
        Learner.Dispose();
        _best?.Dispose();
        _divergence.Dispose();
    }

    /// <summary>What the next step is, in <see cref="_lastStep"/> too: what decay leaves of the weights, a key for
    /// random numbers, and whether the weights after it belong to the mean.</summary>
    private (double Kept, ulong Key, bool Averages) Next(StepPhase phase)
    {
        var rate = _settings.LearningRate * phase.RateFactor * _divergence.RateFactor;
        _lastStep = AliceStep.Create(_settings.Optimizer, rate, ++_step);
        _steps++;
        return (1 - rate * Plan.WeightDecay, StepProtocol.Key(Key, ++_stepsInAll),
            phase.Averages && _step % AutoRules.StepsPerAverage == 0);
    }
}
