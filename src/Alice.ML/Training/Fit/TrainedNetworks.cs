using Alice.ML.Training.Members;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Fit;

/// <summary>The networks of the ensemble after the final training.</summary>
internal sealed class TrainedNetworks : IDisposable
{
    private readonly FitContext _fit;
    private readonly LearningTask _task;
    private readonly EnsembleTrainer _trainer;
    private readonly List<AliceEpoch> _epochs;

    private TrainedNetworks(FitContext fit, ScaledRows rows, ChosenNetworks chosen, TrainingSettings settings)
    {
        (_fit, _task, Choice) = (fit, rows.Task, chosen.Choice);
        _epochs = [.. chosen.Saved?.Epochs ?? []];
        _trainer = new EnsembleTrainer(rows.Rows, chosen.Members, rows.Task, settings, fit.Clock)
        {
            IsStarted = Choice.Estimate is not null,
            Checkpoint = fit.Checkpoint,
        };
    }

    public IReadOnlyList<NetworkInTraining> Members => _trainer.Members;

    /// <summary>The outcome of the race.</summary>
    public PlanChoice.Result Choice { get; }

    /// <summary>The epochs of the final training, in the label's units.</summary>
    public IReadOnlyList<AliceEpoch> Epochs => _epochs;

    /// <summary>Why the fit ended.</summary>
    public StopReason StopReason =>
        _trainer.StopReason == StopReason.Finished ? Choice.StopReason ?? StopReason.Finished : _trainer.StopReason;

    /// <summary>Runs the final training.</summary>
    /// <exception cref="InvalidOperationException">Training diverged too often.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before there was a model to return.</exception>
    public static TrainedNetworks Of(
        FitContext fit, ScaledRows rows, ChosenNetworks chosen, TrainingSettings settings)
    {
        var trained = new TrainedNetworks(fit, rows, chosen, settings);
        try
        {
            trained.Train(chosen.Saved is not null);
            return trained;
        }
        catch
        {
            trained.Dispose();
            throw;
        }
    }

    public void Dispose() => _trainer.Dispose();

    private void Train(bool isResumed)
    {
        var checkpoint = _fit.Checkpoint;
        if (isResumed)
            _trainer.Restore(checkpoint!.Saved(TrainingPhase.Training)!);
        checkpoint?.CloseSaved();
        checkpoint?.Enter(
            TrainingPhase.Training, writer => SavedTraining.Write(writer, Choice, _epochs, _trainer));
        _trainer.Run(Report);
        checkpoint?.Save(isFinished: true);
    }

    private void Report(AliceEpoch standardized)
    {
        var epoch = standardized with
        {
            TrainingLoss = standardized.TrainingLoss * _task.LossUnit,
            NetworkLosses = [.. standardized.NetworkLosses.Select(loss => loss * _task.LossUnit)],
            ValidationLoss = standardized.ValidationLoss * _task.LossUnit,
            ValidationMetric = standardized.ValidationMetric * _task.MetricUnit,
        };
        _epochs.Add(epoch);
        var validation = epoch.ValidationLoss is null
            ? ""
            : $"validation loss {epoch.ValidationLoss:g6}, {_task.Objective.MetricName} "
                + $"{epoch.ValidationMetric:g6}, ";
        _fit.Channel.Info($"Epoch {epoch.Epoch} of {epoch.NumberOfEpochs}: loss {epoch.TrainingLoss:g6}, {validation}"
            + $"learning rate {epoch.LearningRate:g3}, {epoch.Seconds:f1} s.");
        _fit.Options.Progress?.Report(new AliceProgress
        {
            Phase = TrainingPhase.Training,
            Share = Choice.ShareDone + (1 - Choice.ShareDone) * epoch.Epoch / epoch.NumberOfEpochs,
            TimeLeft = _epochs.Count < 2
                ? null
                : TimeSpan.FromSeconds((epoch.Seconds - _epochs[0].Seconds) / (epoch.Epoch - _epochs[0].Epoch)
                    * (epoch.NumberOfEpochs - epoch.Epoch)),
            HeldOutLoss = Choice.HeldOutLoss,
            Epoch = epoch,
        });
    }
}
