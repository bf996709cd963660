using System.CommandLine;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;
using Microsoft.ML;

namespace Alice.ML.Tool.Commands;

/// <summary>One run of 'alice train': its options, its data, and its output.</summary>
internal sealed record TrainRun(ParseResult Parsed, MLContext ML, LabelledTable Data, NetworkSettings Settings,
    OutputFiles Files, Terminal Terminal, TrainingProgress Progress, CancellationToken Cancellation)
{
    /// <summary>The notes about the table so far.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Prints a note about the table and adds it to <see cref="Notes"/>.</summary>
    public required Action<string> Note { get; init; }
}
