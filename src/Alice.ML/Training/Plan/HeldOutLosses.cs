using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>Losses of candidates, and of means of candidates, on the held-out rows of all folds.</summary>
internal sealed class HeldOutLosses(LearningTask task, IReadOnlyList<PlanFold> folds)
{
    /// <summary>Chooses a candidate for each network of the ensemble, one after the other. Each is the candidate that
    /// lowers the loss of the mean most (Caruana et al. 2004, Ensemble Selection from Libraries of Models).</summary>
    /// <param name="candidates">The candidates to choose from.</param>
    /// <param name="kinds">For each network of the ensemble, the encodings that it may have.</param>
    /// <exception cref="InvalidOperationException">No candidate has a finite loss.</exception>
    public IReadOnlyList<Candidate> Choose(
        IReadOnlyList<Candidate> candidates, IReadOnlyList<IReadOnlyList<Trainers.NumericEncoding>> kinds)
    {
        var chosen = new List<Candidate>();
        foreach (var kind in kinds)
            chosen.Add(candidates.Where(c => kind.Contains(c.Plan.Encoding) && double.IsFinite(c.Loss))
                .MinBy(c => Loss([.. chosen, c]))
                ?? throw new InvalidOperationException(
                    "Training diverged with every plan. Set LearningRate lower, lower the optimizer's MaximumStep, or "
                    + "look for extreme values in features and label."));
        return chosen;
    }

    /// <summary>Loss of the mean of one network of each candidate. The mean of a pair stands in for each of its
    /// networks. The part of the loss that is due to seeds falls with the number of networks: n networks of a plan have
    /// 1/n of it, and the measured pair has one half.</summary>
    public double Loss(IReadOnlyList<Candidate> candidates)
    {
        var loss = MeanLoss(candidates);
        foreach (var (candidate, count) in candidates.CountBy(candidate => candidate))
        {
            var share = (double)count / candidates.Count;
            loss += share * share * candidate.SeedLoss * (1.0 / count - 1.0 / AutoRules.NetworksPerFold);
        }
        return loss;
    }

    /// <summary>Loss of the mean of the candidates' pairs.</summary>
    private double MeanLoss(IReadOnlyList<Candidate> candidates)
    {
        using var guard = no_grad();
        return Enumerable.Range(0, folds.Count).Average(fold =>
        {
            using var scope = NewDisposeScope();
            return Loss(fold, Mean(candidates, fold));
        });
    }

    /// <summary>Loss of outputs [rows, outputs] for the held-out rows of a fold; they may be overwritten. Infinite if
    /// the loss is not a number.</summary>
    public double Loss(int fold, Tensor outputs) => folds[fold].Loss(task.Objective, outputs);

    /// <summary>Calibrates the outputs of an ensemble: probabilities get a temperature for each label, and quantiles
    /// are shifted.</summary>
    public OutputCalibration Calibrate(IReadOnlyList<Candidate> chosen)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var means = folds.Select((_, fold) => Mean(chosen, fold)).ToArray();
        if (task.IsClassification)
            return new OutputCalibration(task.Objective is LabelsObjective labels
                ? [.. Enumerable.Range(0, task.LabelCount).Select(label =>
                    Factor(means, (outputs, targets) => labels.RowLosses(label, outputs, targets)))]
                : [Factor(means, (outputs, targets) => task.Objective.RowLosses(outputs, targets, out _))]);
        return task.Levels.Count > 0 ? new OutputCalibration(Shifts: QuantileShifts(means)) : OutputCalibration.None;
    }

    /// <summary>Finds the factor on the log-odds that gives the lowest log-loss, by golden-section search.</summary>
    /// <param name="means">Outputs for the held-out rows of each fold.</param>
    /// <param name="rowLosses">Returns the losses [rows, 1] of outputs, which it may overwrite.</param>
    private float Factor(Tensor[] means, Func<Tensor, Tensor, Tensor> rowLosses)
    {
        var rows = folds.Sum(fold => fold.Targets.shape[0]);
        var section = (Math.Sqrt(5) - 1) / 2;
        var (low, high) = (-AutoRules.FarthestTemperature, AutoRules.FarthestTemperature);
        var (inner, outer) = (high - section * (high - low), low + section * (high - low));
        var (atInner, atOuter) = (Loss(inner), Loss(outer));
        while (high - low > 0.005)
            if (atInner < atOuter)
            {
                (high, outer, atOuter) = (outer, inner, atInner);
                inner = high - section * (high - low);
                atInner = Loss(inner);
            }
            else
            {
                (low, inner, atInner) = (inner, outer, atOuter);
                outer = low + section * (high - low);
                atOuter = Loss(outer);
            }
        return (float)Math.Exp((low + high) / 2);

        double Loss(double logarithm)
        {
            using var inner = NewDisposeScope();
            var factor = Math.Exp(logarithm);
            return folds.Select((fold, i) =>
                fold.Mean(rowLosses(means[i].clone().Scale(factor), fold.Targets))).Average()
                + logarithm * logarithm / (2 * AutoRules.TemperatureDeviation * AutoRules.TemperatureDeviation * rows);
        }
    }

    /// <summary>Finds the shift of each output that makes the quantiles cover the held-out rows at their levels.
    /// Without it they are too narrow, because networks fit the rows that they train on too closely (Romano et al.
    /// 2019, Conformalized Quantile Regression).</summary>
    /// <param name="means">Outputs for the held-out rows of each fold.</param>
    private float[] QuantileShifts(Tensor[] means)
    {
        var (labels, levels) = (task.LabelCount, task.Levels);
        var shifts = new float[task.Outputs];
        for (var label = 0; label < labels; label++)
            for (var q = 0; q < levels.Count; q++)
            {
                var output = labels + label * levels.Count + q;
                var missing = cat([.. folds.Select((fold, i) =>
                    fold.Targets.select(1, label) - means[i].select(1, output))], 0);
                // Missing labels are NaN; sorting puts them at the end.
                var sorted = missing.sort().Values.cpu().data<float>().ToArray();
                var rows = sorted.Count(value => !float.IsNaN(value));
                var rank = (rows + 1) * (double)levels[q];
                if (rows > 0)
                    shifts[output] = sorted[(int)Math.Clamp(
                        levels[q] < 0.5 ? Math.Floor(rank) - 1 : Math.Ceiling(rank) - 1, 0, rows - 1)];
            }
        return shifts;
    }

    /// <summary>Estimates the error of the ensemble on new rows.</summary>
    public AliceEstimate Estimate(IReadOnlyList<Candidate> chosen, OutputCalibration calibration)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var measured = MeanLoss(chosen);
        var ratio = measured > 0 ? Math.Clamp(Loss(chosen) / measured, 0, 1) : 1;
        return Estimates.Of(
            task, calibration.Scale(cat([.. folds.Select((_, fold) => Mean(chosen, fold))], 0)),
            cat([.. folds.Select(fold => fold.Targets)], 0), ratio);
    }

    /// <summary>Mean outputs [rows, outputs] for the held-out rows of a fold. The caller's scope owns them.</summary>
    public static Tensor Mean(IReadOnlyList<Candidate> candidates, int fold)
    {
        var mean = candidates[0].Mean(fold);
        foreach (var candidate in candidates.Skip(1))
            mean.Add(candidate.Mean(fold));
        return mean.Scale(1.0 / candidates.Count);
    }
}
