using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Objectives;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>The loss of a stack: gradients at all points, and the loss at the first point, ν. The base class works with
/// any objective. Common objectives have a version with fewer operations.</summary>
internal class StackLoss(Objective objective) : IDisposable
{
    /// <summary>Creates the loss for an objective.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="outputs">Number of outputs of a network.</param>
    /// <param name="like">A tensor of the stack.</param>
    public static StackLoss Of(Objective objective, int outputs, Tensor like) => objective switch
    {
        SquaredObjective => new Squared(objective),
        LogisticObjective => new Logistic(objective, like),
        SoftmaxObjective => new Softmax(objective, outputs, like),
        _ => new StackLoss(objective),
    };

    /// <summary>Factor on the scale of rows that <see cref="Evaluate"/> needs.</summary>
    public virtual double Factor => 1;

    /// <summary>Adds the losses and returns the gradient.</summary>
    /// <param name="outputs">[points, networks, rows, outputs]. They may be overwritten.</param>
    /// <param name="targets">[rows, labels].</param>
    /// <param name="scale">Weight of each row divided by the rows of the minibatch, times <see cref="Factor"/>, [rows,
    /// 1].</param>
    /// <param name="errorScale">Factor on the gradient: the same tensor, or one [networks, rows, 1].</param>
    /// <param name="sums">[networks]. The loss at the first point is added.</param>
    /// <returns>[points, networks, rows, outputs]. The caller's scope owns it.</returns>
    public virtual Tensor Evaluate(
        Tensor outputs, Tensor targets, Tensor scale, Tensor errorScale, Tensor sums)
    {
        var losses = objective.RowLosses(outputs, targets, out var gradient);
        AddLosses(sums, losses.select(0, 0), scale, 1);
        return gradient.mul_(errorScale);
    }

    public virtual void Dispose()
    {
    }

    /// <summary>sums [networks] ← sums + factor · losses [networks, rows, 1] · scale [rows, 1].</summary>
    private static void AddLosses(Tensor sums, Tensor losses, Tensor scale, float factor) =>
        sums.addmv_(losses.flatten(1), scale.flatten(0), 1, factor);

    private sealed class Squared(Objective objective) : StackLoss(objective)
    {
        // From the gradient 2(f − y).
        public override double Factor => 2;

        public override Tensor Evaluate(
            Tensor outputs, Tensor targets, Tensor scale, Tensor errorScale, Tensor sums)
        {
            var error = outputs.sub_(targets);
            var centre = error.select(0, 0);
            AddLosses(sums, centre.mul(centre), scale, 0.5f);
            return error.mul_(errorScale);
        }
    }

    private sealed class Logistic(Objective objective, Tensor like) : StackLoss(objective)
    {
        private readonly Tensor _one = ones([1], like.dtype, like.device).DetachFromDisposeScope();

        public override Tensor Evaluate(
            Tensor outputs, Tensor targets, Tensor scale, Tensor errorScale, Tensor sums)
        {
            // The negative loss is log σ(f) + (y − 1)f.
            var centre = outputs.select(0, 0);
            var gains = nn.functional.logsigmoid(centre).AddProduct(centre, targets.sub(_one));
            AddLosses(sums, gains, scale, -1);
            return outputs.sigmoid().sub_(targets).mul_(errorScale);
        }

        public override void Dispose() => _one.Dispose();
    }

    private sealed class Softmax(Objective objective, int outputs, Tensor like) : StackLoss(objective)
    {
        private readonly Tensor _classes = tensor([.. Enumerable.Range(0, outputs).Select(c => (float)c)])
            .to(like.dtype).to(like.device).DetachFromDisposeScope();

        // Negative, so that the scaled indicators of the classes can be added.
        public override double Factor => -1;

        public override Tensor Evaluate(
            Tensor outputs, Tensor targets, Tensor scale, Tensor errorScale, Tensor sums)
        {
            var logs = outputs.log_softmax(-1);
            var isClass = targets.eq(_classes);
            var indicators = isClass.mul(scale);
            sums.addmv_(logs.select(0, 0).flatten(1), indicators.flatten(0), 1, 1);
            if (!ReferenceEquals(scale, errorScale))
                indicators = isClass.mul(errorScale);
            return indicators.PlusProduct(logs.exp_(), errorScale, -1);
        }

        public override void Dispose() => _classes.Dispose();
    }
}
