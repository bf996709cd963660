using System.CommandLine;
using Alice.ML.Models;
using Alice.ML.Samples.Modelling;

namespace Alice.ML.Samples.Commands;

/// <summary>The options of the network and its training.</summary>
internal sealed class NetworkOptions
{
    private static readonly NetworkSettings _defaults = new();

    private readonly Option<string> _hidden = new("--hidden")
    {
        Description = "Units of each hidden layer, separated by commas; none for a linear model",
        HelpName = "units",
        DefaultValueFactory = _ => string.Join(',', _defaults.HiddenLayers),
    };

    private readonly Option<Activation> _activation = new("--activation")
    {
        Description = "What follows each hidden layer",
        DefaultValueFactory = _ => _defaults.Activation,
    };

    private readonly Option<double> _dropout = new("--dropout")
    {
        Description = "Share of hidden units dropped while training, from 0 to below 1",
        HelpName = "share",
        DefaultValueFactory = _ => _defaults.Dropout,
    };

    private readonly Option<int?> _epochs = new("--epochs")
    {
        Description = "Passes over the training rows (default: chosen from their number)",
        HelpName = "count",
    };

    private readonly Option<int?> _batchSize = new("--batch-size")
    {
        Description = "Rows per step (default: chosen by the trainer)",
        HelpName = "rows",
    };

    private readonly Option<double?> _learningRate = new("--learning-rate")
    {
        Description = "Step size (default: chosen by the trainer)",
        HelpName = "rate",
    };

    private readonly Option<string> _device = new("--device")
    {
        Description = "auto, cpu, cuda or cuda:1; auto takes a GPU where there is one",
        HelpName = "name",
        DefaultValueFactory = _ => _defaults.Device,
    };

    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "CPU threads of the training (default: libtorch's own)",
        HelpName = "count",
    };

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Decides every random draw: the same seed and data give the same result",
        HelpName = "number",
        DefaultValueFactory = _ => _defaults.Seed,
    };

    public NetworkOptions(Command command)
    {
        _hidden.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } layers && ParseLayers(layers) is null)
                result.AddError($"--hidden {layers}: give whole numbers of at least 1, such as 64,64, or none");
        });
        Validate.AtLeast(_epochs, 1);
        Validate.AtLeast(_batchSize, 1);
        Validate.AtLeast(_threads, 1);
        _dropout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and < 1))
                result.AddError($"--dropout {result.Tokens[0].Value}: give a number from 0 to below 1");
        });
        _learningRate.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } rate && !(rate > 0 && double.IsFinite(rate)))
                result.AddError($"--learning-rate {result.Tokens[0].Value}: give a number above 0");
        });
        foreach (var option in new Option[]
            { _hidden, _activation, _dropout, _epochs, _batchSize, _learningRate, _device, _threads, _seed })
            command.Options.Add(option);
    }

    /// <summary>What the command line says.</summary>
    public NetworkSettings Read(ParseResult parsed) => new()
    {
        HiddenLayers = ParseLayers(parsed.GetRequiredValue(_hidden))!,
        Activation = parsed.GetValue(_activation),
        Dropout = parsed.GetValue(_dropout),
        NumberOfEpochs = parsed.GetValue(_epochs),
        BatchSize = parsed.GetValue(_batchSize),
        LearningRate = parsed.GetValue(_learningRate),
        Device = parsed.GetRequiredValue(_device),
        NumberOfThreads = parsed.GetValue(_threads),
        Seed = parsed.GetValue(_seed),
    };

    /// <summary>The layers that a text names, or null when it names none.</summary>
    private static int[]? ParseLayers(string text)
    {
        if (text == "none")
            return [];
        var layers = text.Split(',').Select(t => int.TryParse(t, out var units) ? units : 0).ToArray();
        return layers.All(units => units > 0) ? layers : null;
    }
}
