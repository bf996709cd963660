using Alice.ML.Optimization;
using Alice.ML.Optimization.Update;
using Alice.ML.Tests.Training.Steps;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training;

/// <summary>What a network in training does after an epoch whose loss grew beyond reason.</summary>
[TestClass]
public class NetworkInTrainingTests
{
    private static readonly StepPhase Plain = new(RateFactor: 1, Averages: false);
    private static readonly StepPhase Averaging = new(RateFactor: 1, Averages: true);

    // Steps that only fill the averages of the optimizer.
    private static readonly int _waiting = (int)AliceStep.Window(AliceOptimizerOptions.Tabular);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void After_divergence_it_starts_anew_from_the_best_weights_at_half_the_rate(bool usesKernels)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var problem = new LearnerProblem("numbers", 1);
        using var member = problem.Member(usesKernels);
        using var usual = problem.Batches(usesKernels);
        using var huge = problem.Batches(usesKernels, labelFactor: 1e4f);
        using var reader = problem.Open(usual);
        using var ofHuge = problem.Open(huge);

        Assert.IsTrue(Epoch(reader, 20, Plain));
        Assert.AreEqual(1e-3, member.LearningRate, 1e-12);
        var best = Outputs();

        Assert.IsFalse(Epoch(ofHuge, 40, Averaging));
        Assert.AreEqual(1, member.Restarts);
        CollectionAssert.AreEqual(best, Outputs(), "neither the last weights nor their mean");

        Assert.IsTrue(Epoch(reader, _waiting, Plain));
        Assert.AreEqual(0.5e-3, member.LearningRate, 1e-12);
        CollectionAssert.AreEqual(best, Outputs(), "what the optimizer knew is forgotten");
        Assert.IsTrue(Epoch(reader, 1, Plain));
        CollectionAssert.AreNotEqual(best, Outputs());

        bool Epoch(BatchReader rows, int steps, StepPhase phase)
        {
            member.StartEpoch();
            for (var step = 0; step < steps; step++)
            {
                rows.Read(step % usual.Count);
                member.Step(rows, phase);
            }
            return member.EndEpoch();
        }

        float[] Outputs()
        {
            reader.Read(0);
            return member.Outputs(reader).data<float>().ToArray();
        }
    }
}
