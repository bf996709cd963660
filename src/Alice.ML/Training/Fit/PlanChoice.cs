using Alice.ML.Trainers;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Members;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Plan;
using Alice.ML.Training.Rules;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Fit;

/// <summary>Runs the race of the plans that the options leave open, and creates the networks of the ensemble from its
/// outcome.</summary>
internal sealed class PlanChoice(FitContext fit, ScaledRows rows, EnsemblePlan ensemble, TrainingSettings settings)
{
    private readonly AliceTrainerOptions _options = fit.Options;
    private readonly LearningTask _task = rows.Task;
    private readonly RowSet _rows = rows.Rows.Training;

    /// <summary>The outcome of the race.</summary>
    internal sealed record Result
    {
        /// <summary>Calibration of the outputs on held-out rows.</summary>
        public OutputCalibration Calibration { get; init; } = OutputCalibration.None;

        /// <summary>The error to expect on new rows. Null without a race.</summary>
        public AliceEstimate? Estimate { get; init; }

        /// <summary>All candidates. Empty without a race.</summary>
        public IReadOnlyList<AliceCandidate> Candidates { get; init; } = [];

        /// <summary>Held-out loss of the ensemble, in the label's units. Null without a race.</summary>
        public double? HeldOutLoss { get; init; }

        /// <summary>Approximate share of the race in the work of the fit.</summary>
        public double ShareDone { get; init; }

        /// <summary>Why the race was cut short. Null: it was not.</summary>
        public StopReason? StopReason { get; init; }
    }

    /// <summary>Runs the race.</summary>
    /// <returns>The networks at the start of their final training, which belong to the caller, and the outcome of the
    /// race.</returns>
    /// <exception cref="OperationCanceledException">Cancelled before the first networks were measured.</exception>
    public (IReadOnlyList<NetworkInTraining> Members, Result Choice) Make()
    {
        var watch = new RaceWatch(settings, fit.Clock, progress => _options.Progress?.Report(progress));
        // With a set number of epochs, candidates take up to half of it, and the networks of the ensemble all of it.
        var usual = _options.NumberOfEpochs is { } asked
            ? (int)Math.Ceiling(
            Math.Min(asked, AutoRules.Epochs(_rows.TotalCount, settings.BatchSize, _task.IsClassification)) / 2.0)
            : settings.NumberOfEpochs;
        using var race = new Race(_task, rows.Rows, settings with { NumberOfEpochs = usual }, fit.Channel, watch)
        {
            Checkpoint = fit.Checkpoint,
        };
        var one = settings with { Workers = 1 };
        race.Run(ensemble.Candidates, ensemble.Kinds,
            (index, plan) => ensemble.Create(index, plan, one, new Course(LearningRateSchedule.Constant, usual)));
        var isCancelled = watch.IsCancelled;
        if (isCancelled)
            fit.Checkpoint?.SaveInterrupted();

        var chosen = race.Losses.Choose(race.Candidates, ensemble.Kinds);
        var loss = race.Losses.Loss(chosen) * _task.LossUnit;
        fit.Channel.Info(
            $"Chosen: {string.Join("; ", chosen.Select(candidate => candidate.Plan))}; "
            + $"loss {loss:g6} on held-out rows.");
        foreach (var candidate in race.Candidates.Except(chosen)
            .Where(candidate => candidate.Networks.Any(network => network.Restarts > 0)))
            fit.Channel.Warning($"Networks with {candidate.Plan} diverged and were left out.");
        var calibration = race.Losses.Calibrate(chosen);
        var stepsPerPass = Math.Ceiling((double)_rows.TotalCount / settings.BatchSize);
        var finish = AutoRules.StepsToFinish(
            _rows.TotalCount, _task.IsClassification, _task.Levels.Count > 0);
        double Passes(Candidate candidate) => _options.NumberOfEpochs ?? finish * candidate.Steps / stepsPerPass;
        var wanted = stepsPerPass * chosen.Sum(Passes);
        var share = isCancelled ? 0 : Math.Min(1,
            AutoRules.TimeOfFinish * watch.SecondsLeft
                / (wanted * watch.SecondsPerStep * settings.Spread.Unevenness(chosen.Count)));
        var members = ensemble.CreateMembers(chosen, settings, candidate => share * Passes(candidate));
        var rest = members.Sum(member => member.Course.Length) * stepsPerPass;
        return (members, new Result
        {
            ShareDone = watch.Taken / (watch.Taken + rest),
            Calibration = calibration,
            Estimate = race.Losses.Estimate(chosen, calibration),
            Candidates =
            [.. race.Candidates.Select(
                candidate => Describe(candidate, chosen.Count(c => c == candidate), stepsPerPass))],
            HeldOutLoss = loss,
            StopReason = isCancelled ? StopReason.Cancelled : race.IsShortened
            || share < 1 ? StopReason.MaximumTrainingTime : null,
        });
    }

    private AliceCandidate Describe(Candidate candidate, int networks, double stepsPerPass) => new()
    {
        NumericEncoding = candidate.Plan.Encoding,
        HiddenLayers = candidate.Plan.HiddenLayers,
        Dropout = candidate.Plan.Dropout,
        WeightDecay = candidate.Plan.WeightDecay,
        L1Regularization = candidate.Plan.L1,
        Epochs = candidate.Steps / stepsPerPass,
        HeldOutLoss = candidate.Loss * _task.LossUnit,
        Networks = networks,
    };
}
