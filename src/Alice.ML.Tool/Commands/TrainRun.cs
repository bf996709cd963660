using System.CommandLine;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;
using Microsoft.ML;

namespace Alice.ML.Tool.Commands;

/// <summary>One run of 'alice train': what was asked for, what was read, and where it writes.</summary>
internal sealed record TrainRun(ParseResult Parsed, MLContext ML, LabelledTable Data, NetworkSettings Settings,
    OutputFiles Files, Terminal Terminal, TrainingProgress Progress, CancellationToken Cancellation)
{
    /// <summary>What was said of the table.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Says something of the table, and keeps it.</summary>
    public required Action<string> Note { get; init; }
}
