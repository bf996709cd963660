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

/// <summary>A network in training, of the ensemble or of a candidate in the race, with its optimizer state, random
/// numbers and losses.</summary>
internal sealed class NetworkInTraining : INumbered, IDisposable
{
    private readonly TrainingSettings _settings;
    private readonly NetworkDesign _design;
    private readonly Divergence _divergence;

    // Best weights of the candidate.
    private readonly float[]? _start;
    private bool _hasEnded;
    private Tensor? _best;
    private AliceStep _lastStep;
    private long _step;
    private long _stepsInAll;
    private int _steps;

    /// <param name="design">The design of the network.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="course">How the learning rate changes.</param>
    /// <param name="seed">Seed of this member.</param>
    /// <param name="initialWeights">Initial weights, for encoded inputs and standardized targets. Null: random
    /// weights.</param>
    public NetworkInTraining(
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

    /// <summary>Creates a learner on plain memory, or on tensors of a device.</summary>
    /// <param name="shape">Sizes of the network.</param>
    /// <param name="objective">What it minimizes.</param>
    /// <param name="start">Weights to start from; copied.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="key">Key of the random numbers that all networks of a stack share.</param>
    public static Learner CreateLearner(
        NetworkShape shape, Objective objective, Tensor start, TrainingSettings settings, ulong key = 0) =>
        settings.UsesKernels ? new KernelLearner(shape, objective, start)
        : settings.UsesStacks ? new StackLearner(shape, objective, start, settings, key)
        : new TensorLearner(shape, objective, start, settings);

    public NetworkShape Shape => Learner.Shape;

    /// <summary>Decides which rank trains the member.</summary>
    public int Number { get; set; }

    /// <summary>The parameters, with the optimizer that takes the steps.</summary>
    public Learner Learner { get; }

    public InputEncoding Inputs => _design.Inputs;

    /// <summary>The plan of the network.</summary>
    public NetworkPlan Plan => _design.Plan;

    /// <summary>How the learning rate changes in the final training.</summary>
    public Course Course { get; }

    /// <summary>Key of all random numbers after the initial weights.</summary>
    public ulong Key { get; }

    public long GradientEvaluations => Learner.GradientEvaluations;

    /// <summary>Number of times that training returned to earlier weights.</summary>
    public int Restarts { get; set; }

    /// <summary>Number of minibatches of the epoch that are done.</summary>
    public int Position { get; set; }

    /// <summary>Weights of the candidate that the member continues from. Null: there is none.</summary>
    public ReadOnlySpan<float> Start => _start;

    /// <summary>Whether training diverged too often to continue.</summary>
    public bool GaveUp => _divergence.GaveUp;

    /// <summary>Mean training loss of the last complete epoch.</summary>
    public double Loss { get; private set; }

    /// <summary>Learning rate of the last step.</summary>
    public double LearningRate => _lastStep.LearningRate;

    /// <summary>Figures of the last complete epoch, for reports.</summary>
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

    /// <summary>Takes a step on a minibatch.</summary>
    /// <param name="batch">The reader of the minibatch, for <see cref="Inputs"/>.</param>
    /// <param name="phase">How to take the step.</param>
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
    /// <param name="phase">How to take the step.</param>
    public void PlanStep(StepPhase phase)
    {
        if (_hasEnded)
            return;
        var (kept, key, averages) = Next(phase);
        ((StackLearner)Learner).Plan(_lastStep, kept, key, averages);
    }

    /// <summary>Restarts the mean of the weights that predictions use. While it is empty, predictions use the current
    /// weights.</summary>
    public void ForgetAverage() => Learner.ForgetAverage();

    /// <summary>Whether the weights that predictions use are all finite.</summary>
    public bool IsFinite()
    {
        using var scope = NewDisposeScope();
        return AliceUpdate.IsFinite(Learner.Current);
    }

    /// <summary>Adds the current weights to a hash.</summary>
    public void AddTo(IncrementalHash hash)
    {
        using var weights = Learner.State.Center.cpu();
        hash.AppendData(weights.bytes);
    }

    /// <summary>Ends the epoch.</summary>
    /// <returns>True if the epoch did not diverge. Otherwise the best earlier weights are restored, and the learning
    /// rate is halved.</returns>
    /// <exception cref="InvalidOperationException">Training diverged too often.</exception>
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

    /// <summary>Ends a course that was cut short. In its first half the learning rate is still high, and the weights
    /// are worse than those of the candidate, which are then restored.</summary>
    /// <param name="passes">Number of passes that were done.</param>
    public void Settle(double passes)
    {
        if (_start is not null && _best is null && passes < Course.Length / 2)
            Learner.Restart(tensor(_start));
    }

    /// <summary>Keeps the current weights as those of the model.</summary>
    public void KeepWeights()
    {
        if (_best is null)
            _best = Learner.Current.clone().DetachFromDisposeScope();
        else
            _best.copy_(Learner.Current);
    }

    /// <summary>The weights of the model: those kept last or, if there are none, the current ones, in
    /// <see cref="Models.Networks.DenseNetwork"/>'s order.</summary>
    public float[] Weights()
    {
        using var weights = (_best ?? Learner.Current).cpu();
        return weights.data<float>().ToArray();
    }

    /// <summary>Checks that the networks are the same on all ranks.</summary>
    /// <exception cref="InvalidOperationException">The networks differ. The message names the ranks that differ from
    /// rank 0.</exception>
    public static void RequireSameWeights(Peers? peers, IEnumerable<NetworkInTraining> members)
    {
        if (peers is null)
            return;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var member in members)
            member.AddTo(hash);
        peers.RequireSame("their weights, which no data or option does: look for a fault of a machine or of the "
            + "network between them, and train again", hash.GetHashAndReset());
    }

    /// <summary>Writes the state that later steps depend on. Called between two steps.</summary>
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

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
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

    /// <summary>Plans the next step and stores it in <see cref="_lastStep"/>: the factor of weight decay, a key for
    /// random numbers, and whether the weights after it enter the mean.</summary>
    private (double Kept, ulong Key, bool Averages) Next(StepPhase phase)
    {
        var rate = _settings.LearningRate * phase.RateFactor * _divergence.RateFactor;
        _lastStep = AliceStep.Create(_settings.Optimizer, rate, ++_step);
        _steps++;
        return (1 - rate * Plan.WeightDecay, StepProtocol.Key(Key, ++_stepsInAll),
            phase.Averages && _step % AutoRules.StepsPerAverage == 0);
    }
}
