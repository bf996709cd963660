using System.CommandLine;
using System.Globalization;
using Alice.ML.Models;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Trainers;

namespace Alice.ML.Tool.Commands;

/// <summary>The options of the network and its training.</summary>
internal sealed class NetworkOptions
{
    private static readonly NetworkSettings _defaults = new();

    private readonly Option<string?> _hidden = new("--hidden")
    {
        Description =
            "Units of each hidden layer, separated by commas, or none for a linear model (default: chosen from the "
                + "number of columns)",
        HelpName = "units",
    };

    private readonly Option<Activation> _activation = new("--activation")
    {
        Description = "Activation of the hidden layers",
        DefaultValueFactory = _ => _defaults.Activation,
    };

    private readonly Option<int?> _networks = new("--networks")
    {
        Description = "Number of networks; the score is the mean of their scores (default: 4)",
        HelpName = "count",
    };

    private readonly Option<NumericEncoding?> _encoding = new("--encoding")
    {
        Description =
            "Encoding of numbers: None, PiecewiseLinear (bins beside the number), Mixed (PiecewiseLinear in every "
                + "second network) or NormalScores (ranks for columns with heavy tails) (default: chosen on held-out "
                + "rows)",
        HelpName = "name",
    };

    private readonly Option<int?> _bins = new("--bins")
    {
        Description = "Most bins per column of a piecewise-linear encoding, 2 or more (default: 32 to 96)",
        HelpName = "count",
    };

    private readonly Option<double?> _dropout = new("--dropout")
    {
        Description = "Share of hidden units that each step leaves out, 0 to below 1 (default: 0 for regression; " +
            "chosen on held-out rows for classes)",
        HelpName = "share",
    };

    private readonly Option<double?> _weightDecay = new("--weight-decay")
    {
        Description = "Decoupled weight decay: each step multiplies the weights by 1 - learning rate * this " +
            "(default: chosen on held-out rows)",
        HelpName = "number",
    };

    private readonly Option<string> _loss = new("--loss")
    {
        Description = "Loss of regression: squared, absolute, huber:1.5 (threshold in the label's unit), " +
            "quantile:0.9 or poisson (default: squared)",
        HelpName = "name",
    };

    private readonly Option<double> _validationFraction = new("--validation-fraction")
    {
        Description = "Share of the training rows to use for validation; the model is that of the best epoch",
        HelpName = "share",
        DefaultValueFactory = _ => _defaults.ValidationFraction,
    };

    private readonly Option<int?> _patience = new("--patience")
    {
        Description = "Stop after this many epochs without a lower validation loss (default: never)",
        HelpName = "epochs",
    };

    private readonly Option<double?> _maximumSeconds = new("--max-seconds")
    {
        Description = "Time limit; training is planned to meet it (default: none)",
        HelpName = "seconds",
    };

    private readonly Option<Effort> _effort = new("--effort")
    {
        Description =
            "Time to spend: quick (an eighth of the default steps), default, or best (up to eight times as long)",
        HelpName = "effort",
        DefaultValueFactory = _ => Effort.Default,
    };

    private readonly Option<int?> _epochs = new("--epochs")
    {
        Description = "Passes over the training rows (default: chosen on held-out rows)",
        HelpName = "count",
    };

    private readonly Option<int?> _batchSize = new("--batch-size")
    {
        Description = "Rows per step (default: 64 to 1,024, by the number of rows)",
        HelpName = "rows",
    };

    private readonly Option<double?> _learningRate = new("--learning-rate")
    {
        Description = "Initial learning rate (default: 0.003; 0.002 for regression with 3,000 rows or more)",
        HelpName = "rate",
    };

    private readonly Option<string> _device = new("--device")
    {
        Description = "Device: auto (the first GPU if it is estimated to be faster, else the CPU), cpu, cuda or cuda:1",
        HelpName = "name",
        DefaultValueFactory = _ => _defaults.Device,
    };

    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "Networks that train at the same time on the CPU, one thread each (default: one per processor)",
        HelpName = "count",
    };

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Seed of all random choices, including that of the test rows",
        HelpName = "number",
        DefaultValueFactory = _ => _defaults.Seed,
    };

    public NetworkOptions(Command command)
    {
        _hidden.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } layers && ParseLayers(layers) is null)
                result.AddError($"--hidden {layers}: give whole numbers of at least 1, such as 64,64, or none");
        });
        Validate.AtLeast(_networks, 1);
        Validate.AtLeast(_bins, 2);
        Validate.AtLeast(_epochs, 1);
        Validate.AtLeast(_batchSize, 1);
        Validate.AtLeast(_threads, 1);
        Validate.AtLeast(_patience, 1);
        Validate.Number(_dropout, share => share is >= 0 and < 1, "a number from 0 to below 1");
        Validate.Number(_validationFraction, share => share is >= 0 and < 1, "a number from 0 to below 1");
        Validate.Number(_weightDecay, decay => decay >= 0 && double.IsFinite(decay), "a number of at least 0");
        Validate.Number(_learningRate, rate => rate > 0 && double.IsFinite(rate), "a number above 0");
        Validate.Number(_maximumSeconds, s => s > 0 && s < TimeSpan.MaxValue.TotalSeconds, "a number above 0");
        _loss.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } loss && ParseLoss(loss) is null)
                result.AddError($"--loss {loss}: give squared, absolute, poisson, huber:T with a threshold T above " +
                    "0, or quantile:Q with Q between 0 and 1");
        });
        foreach (var option in new Option[]
            {
                _networks, _hidden, _activation, _encoding, _bins, _dropout, _weightDecay, _loss, _epochs, _batchSize,
                    _learningRate,
                _effort, _validationFraction, _patience, _maximumSeconds, _device, _threads, _seed,
            })
            command.Options.Add(option);
    }

    /// <summary>Share of the training rows that is set aside for validation.</summary>
    public Option<double> ValidationFraction => _validationFraction;

    /// <summary>Number of epochs without improvement after which training stops.</summary>
    public Option<int?> Patience => _patience;

    /// <summary>Reads the settings from the command line.</summary>
    public NetworkSettings Read(ParseResult parsed) => new()
    {
        HiddenLayers = parsed.GetValue(_hidden) is { } layers ? ParseLayers(layers) : null,
        Activation = parsed.GetValue(_activation),
        Dropout = parsed.GetValue(_dropout),
        NumberOfNetworks = parsed.GetValue(_networks),
        NumericEncoding = parsed.GetValue(_encoding),
        NumberOfBins = parsed.GetValue(_bins),
        WeightDecay = parsed.GetValue(_weightDecay),
        Loss = parsed.GetValue(_loss) is { } loss ? ParseLoss(loss) : null,
        ValidationFraction = parsed.GetValue(_validationFraction),
        Patience = parsed.GetValue(_patience),
        MaximumTime = parsed.GetValue(_maximumSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Effort = parsed.GetValue(_effort),
        NumberOfEpochs = parsed.GetValue(_epochs),
        BatchSize = parsed.GetValue(_batchSize),
        LearningRate = parsed.GetValue(_learningRate),
        Device = parsed.GetRequiredValue(_device),
        NumberOfThreads = parsed.GetValue(_threads),
        Seed = parsed.GetValue(_seed),
    };

    /// <summary>Parses the list of layers. Null if the text is not such a list.</summary>
    private static int[]? ParseLayers(string text)
    {
        if (text == "none")
            return [];
        var layers = text.Split(',').Select(t => int.TryParse(t, out var units) ? units : 0).ToArray();
        return layers.All(units => units > 0) ? layers : null;
    }

    /// <summary>Parses a loss. Null if the text is not a loss.</summary>
    private static RegressionLoss? ParseLoss(string text) => text.ToLowerInvariant().Split(':') switch
    {
        ["squared"] => RegressionLoss.Squared,
        ["absolute"] => RegressionLoss.Absolute,
        ["poisson"] => RegressionLoss.Poisson,
        ["huber", var t] when NumberText.TryRead(t, '.', out var threshold) && threshold > 0 =>
            RegressionLoss.Huber(double.Parse(t, CultureInfo.InvariantCulture)),
        ["quantile", var q] when NumberText.TryRead(q, '.', out var quantile) && quantile is > 0 and < 1 =>
            RegressionLoss.Quantile(double.Parse(q, CultureInfo.InvariantCulture)),
        _ => null,
    };
}
