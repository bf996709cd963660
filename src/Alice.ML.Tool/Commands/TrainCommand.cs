using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Report;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;
using Alice.ML.Training;
using Alice.ML.Training.Checkpoints;
using Microsoft.ML;

namespace Alice.ML.Tool.Commands;

/// <summary>'alice train data.csv --label y': trains on a delimited file, tests it, and saves the
/// pipeline.</summary>
internal sealed class TrainCommand
{
    // Approximate shares of the work: after reading, after training, and after the test if a report follows.
    private const double Read = 0.02;
    private const double Trained = 0.7;
    private const double Tested = 0.98;
    private const string Preparing = "preparing columns and networks";

    private readonly Option<string> _save = new("--save")
    {
        Description = "Save the whole pipeline as a .zip file for mlContext.Model.Load",
        HelpName = "model.zip",
    };

    private readonly Option<string> _plot = new("--plot")
    {
        Description = "Draw the learning curve",
        HelpName = "curve.png",
    };

    private readonly Option<string> _report = new("--report")
    {
        Description = "Write a report: the errors of the model beside LightGBM's and FastTree's, and what it learned",
        HelpName = "report.html",
    };

    private readonly Option<bool> _replicated = new("--replicated")
    {
        Description =
            "Under mpirun, let every rank read the whole file, and distribute networks instead of rows",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the result as one JSON object" };

    private readonly DataOptions _data;
    private readonly NetworkOptions _network;
    private readonly CheckpointOptions _checkpoint;
    private readonly Option<bool> _verbose;

    private TrainCommand(Command command, Option<bool> verbose)
    {
        _verbose = verbose;
        _data = new DataOptions(command);
        foreach (var option in new Option[] { _save, _plot, _report, _replicated, _json })
            command.Options.Add(option);
        _network = new NetworkOptions(command);
        _checkpoint = new CheckpointOptions(command);
        command.Validators.Add(result =>
        {
            var saves = (result.GetValue(_save) ?? result.GetValue(_plot) ?? result.GetValue(_report)) is not null;
            if (saves && result.GetValue(_data.Folds) is not null)
                result.AddError(
                    "--folds cannot be combined with --save, --plot or --report: it trains several models and "
                    + "keeps none");
            if (result.GetValue(_checkpoint.File) is not null && result.GetValue(_data.Folds) is not null)
                result.AddError(
                    "--folds cannot be combined with --checkpoint: the file holds one run, and --folds trains "
                    + "several models");
            var validates = result.GetValue(_data.Validation) is not null;
            if (validates && result.GetValue(_network.ValidationFraction) > 0)
                result.AddError("--validation and --validation-fraction cannot be combined: both choose the " +
                    "validation rows");
            if (result.GetValue(_network.Patience) is not null && !validates
                && result.GetValue(_network.ValidationFraction) is 0)
                result.AddError("--patience needs --validation or --validation-fraction, the rows to measure on");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), cancellation));
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var command = new Command("train", $"""
            Trains on a delimited text file and prints the metrics on test rows.

            The label decides the task, and a note says which; --task overrides it.
            - Two different values: binary. The positive class is the larger number, or the later text in the alphabet
              (1, true, yes).
            - More than two texts: multiclass.
            - Whole numbers that look like codes: multiclass. Codes are 0, 1, … or 1, 2, … without a gap, at most
              {TaskDetection.MaximumCodes}, each at least a quarter as frequent as the average.
            - Other numbers: regression.

            Columns become features as follows, and notes say how.
            - Numbers: at least 95 % of the values are numbers, such as 1,234.5 or 1.234,5, $5, 15 %, (3). Missing
              numbers stay missing.
            - Dates: their parts.
            - Texts of at most {SchemaInference.MaximumCategories} values: one-hot encoded.
            - Texts of more values: target encoded.
            - Free text: a linear model scores its words.
            - Left out: columns with one value, identifiers, and texts that are nearly all different.
            Rows without a label are skipped.
            """);
        _ = new TrainCommand(command, verbose);
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        using var ranks = Ranks.Join();
        return Ranks.Run(ranks, () => Run(parsed, ranks, cancellation));
    }

    private int Run(ParseResult parsed, Communicator? ranks, CancellationToken cancellation)
    {
        var terminal = Terminal.Of(parsed, ranks);
        var settings = _checkpoint.Read(parsed, _network.Read(parsed)) with
        {
            Ranks = ranks,
            Replicated = parsed.GetValue(_replicated),
        };
        if (ranks is not null && parsed.GetValue(_data.Folds) is not null)
            throw new UserException("--folds trains several models one after the other; start it without mpirun");
        if (ranks is not null && parsed.GetValue(_report) is not null)
            throw new UserException("--report needs all rows in one process; start it without mpirun");
        if (ranks is not null && settings.Device is not ("auto" or "cpu"))
            throw new UserException(
                $"--device is {settings.Device}, and ranks train on the CPU; leave it out, or start it without mpirun");
        if (ranks is not null && !settings.Replicated && settings.NumberOfThreads > 1)
            throw new UserException($"--threads is {settings.NumberOfThreads}, and ranks that divide the rows train on "
                + "one thread each; leave it out and start more ranks, or give --replicated");
        var files = new OutputFiles(terminal, _data.Inputs(parsed),
            ranks is { Rank: > 0 } ? [] : [(_save.Name, parsed.GetValue(_save)), (_plot.Name, parsed.GetValue(_plot)),
                (_report.Name, parsed.GetValue(_report)), (_checkpoint.File.Name, settings.CheckpointPath)]);
        var ml = MlContexts.Create(settings.Seed, terminal, parsed.GetValue(_verbose));
        var file = parsed.GetRequiredValue(_data.File);
        // Results are printed after the progress bar has been removed.
        var print = TrainingProgress.Run(terminal, $"reading {Path.GetFileName(file)}", progress =>
        {
            var notes = new List<string>();
            void Note(string text)
            {
                notes.Add(text);
                terminal.Note(text);
            }
            var data = _data.Read(parsed, Note);
            terminal.Note($"{Show.Of(data.Table.Records.Count, "row")} and {Show.Of(data.Table.Names.Count, "column")} "
                + $"read from {data.Table.Path}");
            var run = new TrainRun(parsed, ml, data, settings, files, terminal, progress, cancellation)
            {
                Notes = notes,
                Note = Note,
            };
            return parsed.GetValue(_data.Folds) is { } folds ? CrossValidate(run, folds) : TrainOne(run);
        });
        return print();
    }

    private Func<int> TrainOne(TrainRun run)
    {
        var (parsed, ml, data, settings, files, terminal, progress, cancellation) = run;
        var prepared = Prepare(run);
        var (schema, train, test) = (prepared.Schema, prepared.Train, prepared.Test);
        var task = CreateTask(schema, settings);
        var validation = ReadValidation(parsed, data.Table, schema, terminal);
        var report = parsed.GetValue(_report);

        var stopwatch = Stopwatch.StartNew();
        progress.Stage($"{Show.Of(train.RowCount, "row")}", Read, report is null ? Tested : Trained, Preparing);
        var fitted = task.Fit(ml, train, validation, settings, progress, cancellation);
        if (settings.Ranks is { Rank: > 0 })
            return () => cancellation.IsCancellationRequested ? ExitCodes.Cancelled : ExitCodes.Success;
        var (seconds, epochs) = (stopwatch.Elapsed.TotalSeconds, progress.Epochs);
        progress.Stage("saving and testing", report is null ? Tested : Trained, report is null ? 1 : Trained + 0.02);
        // Save first: a second signal ends the process.
        var save = parsed.GetValue(_save);
        var isSaved = save is not null
            && files.Write(save, stream => new SavedModel(fitted.Model, schema).Save(ml, train.Schema, stream));
        NoteEnd(terminal, epochs);
        if (cancellation.IsCancellationRequested)
            return isSaved ? () => terminal.Cancelled(epochs.Count, save!) : throw new OperationCanceledException();
        if (isSaved)
            terminal.Note($"model saved as {save}");

        var metrics = task.Test(ml, fitted.Model, test, prepared.TestLabels, terminal.Note);
        if (parsed.GetValue(_plot) is { } picture)
            Draw(files, picture, task.Curve(settings, metrics), epochs, data, terminal);
        IReadOnlyList<(string, IReadOnlyList<Metric>)> others = [Constant(ml, task, prepared)];
        if (report is not null)
        {
            progress.Stage("report", Trained + 0.02, 1);
            if (TrainReport.Write(run, report, fitted, prepared) is { Count: > 0 } rivals)
                others = rivals;
        }
        return () =>
        {
            var members = new JsonObject
            {
                ["task"] = task.Name,
                ["label"] = schema.Label.Name,
                ["trainRows"] = train.RowCount,
                ["epochs"] = epochs.Count,
                ["seconds"] = seconds,
            };
            MetricsReport.Write(
                terminal.Out, "test", test.RowCount, metrics, parsed.GetValue(_json) ? members : null);
            foreach (var sentence in Verdict.Sentences(new()
            {
                Label = schema.Label.Name,
                Kind = schema.Target.Task,
                Classes = schema.Target.Classes,
                Rows = test.RowCount,
                Metrics = metrics,
                Others = others,
                TrainingLoss = epochs is [.., var last] ? last.TrainingLoss : null,
                Loss = settings.Loss,
                Effort = settings.Effort,
            }))
                terminal.Say(sentence);
            // If a file could not be written, the checkpoint can still produce it.
            if (settings.CheckpointPath is { } checkpoint && files.ExitCode == ExitCodes.Success)
                RunFile.Delete(checkpoint);
            return files.ExitCode;
        };
    }

    /// <summary>Under mpirun, each rank trains on its own file. Only rank 0 tests, and its rows determine the schema.
    /// If all ranks have the same file, they infer the same schema.</summary>
    private PreparedData Prepare(TrainRun run)
    {
        var (parsed, data, settings) = (run.Parsed, run.Data, run.Settings);
        var ranks = settings.Replicated ? null : settings.Ranks;
        var own = ranks is { Rank: > 0 } ? null : Split();
        if (ranks is null)
            return own!;
        var schema = Ranks.Share(ranks, () => own!.Schema);
        return own ?? PreparedData.OfRank(data, schema, run.Note);

        PreparedData Split()
        {
            var (target, testTable, split) = _data.TestRows(parsed, data, settings.Seed, run.Note);
            return PreparedData.Of(data, target, testTable, split, run.Note);
        }
    }

    /// <summary>The baseline that needs no model.</summary>
    private static (string, IReadOnlyList<Metric>) Constant(MLContext ml, TableTask task, PreparedData data)
    {
        var target = data.Schema.Target;
        var outputs = Rival.ConstantOutputs(target.Task, data.TrainLabels, target.Classes.Count);
        return (Rival.ConstantName(target.Task),
            task.Evaluate(ml, data.TestLabels, [.. data.TestLabels.Select(_ => outputs)]));
    }

    private Func<int> CrossValidate(TrainRun run, int folds)
    {
        var (parsed, ml, data, settings, _, terminal, progress, cancellation) = run;
        var target = data.InferTarget(data.Table.AllRows, terminal.Note);
        var rows = data.Labelled(data.Table.AllRows, target, terminal.Note);
        var results = new List<IReadOnlyList<Metric>>();
        var parts = new JsonArray();
        var stopwatch = Stopwatch.StartNew();
        foreach (var (i, split) in RowSplit.Folds(rows, data.Classes(rows, target), folds, settings.Seed).Index())
        {
            // The schema must not depend on the test rows of the fold.
            var schema = data.InferSchema(split.Train, target, text => terminal.Note($"fold {i + 1}: {text}"));
            var task = CreateTask(schema, settings);
            var train = TableView.Create(data.Table, split.Train, schema, withLabel: true);
            var validation = ReadValidation(parsed, data.Table, schema, terminal);
            progress.Stage($"fold {i + 1} of {folds}", Read + (1 - Read) * i / folds,
                Read + (1 - Read) * (i + 1) / folds, Preparing);
            var model = task.Fit(ml, train, validation, settings, progress, cancellation).Model;
            NoteEnd(terminal, progress.Epochs);
            cancellation.ThrowIfCancellationRequested();
            var (test, labels) = LabelledTable.Read(data.Table, split.Test, schema, terminal.Note);
            results.Add(task.Test(ml, model, test, labels, terminal.Note));
            parts.Add(MetricsReport.ToJson(test.RowCount, results[^1]));
        }
        var members = new JsonObject
        {
            ["task"] = target.Task.ToString().ToLowerInvariant(),
            ["label"] = data.Table.Names[data.Label],
            ["seconds"] = stopwatch.Elapsed.TotalSeconds,
            ["folds"] = parts,
        };
        return () =>
        {
            MetricsReport.Write(terminal.Out, $"{folds}-fold", rows.Length, Metric.Means(results),
                parsed.GetValue(_json) ? members : null);
            return ExitCodes.Success;
        };
    }

    private static TableTask CreateTask(TableSchema schema, NetworkSettings settings)
    {
        var task = TableTask.For(schema);
        return settings.Loss is null || schema.Target.Task == TaskKind.Regression ? task : throw new UserException(
            $"--loss is for regression, and the task is {task.Name}; leave it out, or give --task regression");
    }

    private TableView? ReadValidation(ParseResult parsed, Table table, TableSchema schema, Terminal terminal) =>
        _data.ReadValidation(parsed, table, terminal.Note) is { } validation
            ? LabelledTable.Read(validation, validation.AllRows, schema, terminal.Note).View
            : null;

    private static void NoteEnd(Terminal terminal, IReadOnlyList<AliceEpoch> epochs)
    {
        if (epochs.Count == 0)
            terminal.Note("stopped while plans were compared; the model is the best so far");
        else if (epochs[^1].ValidationLoss is not null)
            terminal.Note($"{epochs.Count} epochs; the model is that of epoch " +
                $"{epochs.MinBy(e => e.ValidationLoss)!.Epoch}, whose validation loss is the lowest");
        else if (epochs.Count < epochs[0].NumberOfEpochs)
            terminal.Note($"{epochs.Count} of {epochs[0].NumberOfEpochs} epochs");
    }

    private static void Draw(OutputFiles files, string path, LearningCurve curve, IReadOnlyList<AliceEpoch> epochs,
        LabelledTable data, Terminal terminal)
    {
        if (!files.Write(path, stream => LearningCurvePlot.Save(stream, $"{data.Table.Names[data.Label]} from "
            + $"{Path.GetFileName(data.Table.Path)}",
            curve.Quantity, epochs, curve.OfLoss,
            curve.Test is { } test ? [new ReferenceLine("Alice, test", test)] : [])))
            return;
        terminal.Note($"learning curve drawn as {path}");
        if (!PictureStyle.HasFonts)
            terminal.Note(PictureStyle.NoFonts);
    }
}
