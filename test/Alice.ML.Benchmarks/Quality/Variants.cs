using System.Globalization;
using System.Reflection;
using Alice.ML.Optimization;
using Alice.ML.Tool.Shell;
using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>Options of Alice to compare with others.</summary>
/// <param name="Name">What the report calls them.</param>
/// <param name="Change">Changes the defaults.</param>
internal sealed record Variant(string Name, Action<AliceTrainerOptions> Change)
{
    private const string Optimizer = nameof(AliceTrainerOptions.Optimizer);

    /// <summary>Variants that --variant knows by their name alone.</summary>
    public static IReadOnlyList<Variant> Known { get; } =
    [
        new("default", _ => { }),
        new("one", options => options.NumberOfNetworks = 1),
        new("four", options => options.NumberOfNetworks = 4),
        new("four-mixed", options => (options.NumberOfNetworks, options.NumericEncoding) = (4, NumericEncoding.Mixed)),
        new("four-encoded", options => (options.NumberOfNetworks, options.NumericEncoding) =
            (4, NumericEncoding.PiecewiseLinear)),
        new("glass", options => options.Optimizer = options.Optimizer with { UseGlass = true }),
        new("published", options => options.Optimizer = AliceOptimizerOptions.Published),
    ];

    /// <summary>A known name, or NAME:OPTION=VALUE,OPTION=VALUE with options of the trainers, Optimizer.OPTION for
    /// those of the optimizer, and Optimizer=Published or Tabular, Loss=Absolute or Poisson; lists as 128-64 or none;
    /// null where an option may be null.
    /// </summary>
    /// <exception cref="UserException">A name, an option or a value that does not exist.</exception>
    public static Variant Parse(string text)
    {
        var colon = text.IndexOf(':');
        if (colon < 0)
            return Known.FirstOrDefault(v => v.Name == text) ?? throw new UserException(
                $"--variant {text}: no such variant; give one of {string.Join(", ", Known.Select(v => v.Name))}, or "
                + $"NAME:OPTION=VALUE,…");
        var changes = text[(colon + 1)..].Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Setting).ToArray();
        var variant = new Variant(text[..colon], options => Array.ForEach(changes, change => change(options)));
        Check(variant);
        return variant;
    }

    // Before hours of fits.
    private static void Check(Variant variant)
    {
        var options = new AliceRegressionTrainer.Options();
        variant.Change(options);
        try
        {
            new MLContext().Regression.Trainers.Alice(options);
        }
        catch (ArgumentException error)
        {
            throw new UserException($"--variant {variant.Name}: {error.Message}");
        }
    }

    private static Action<AliceTrainerOptions> Setting(string text)
    {
        if (text.Split('=', 2) is not [var name, var value])
            throw new UserException($"--variant: '{text}' has no value; write OPTION=VALUE");
        if (name.StartsWith(Optimizer + ".", StringComparison.Ordinal))
            return options => options.Optimizer = Changed(options.Optimizer, text[(Optimizer.Length + 1)..]);
        var option = Find(typeof(AliceRegressionTrainer.Options), name);
        return options =>
        {
            // Options of regression alone say nothing to the other tasks.
            if (option.DeclaringType!.IsInstanceOfType(options))
                option.SetValue(options, Convert(option, value));
        };
    }

    /// <summary>Options of the optimizer with OPTION=VALUE changed.</summary>
    public static AliceOptimizerOptions Changed(AliceOptimizerOptions options, string setting)
    {
        if (setting.Split('=', 2) is not [var name, var value])
            throw new UserException($"--variant: '{setting}' has no value; write OPTION=VALUE");
        var property = Find(typeof(AliceOptimizerOptions), name);
        var copy = options with { };
        property.SetValue(copy, Convert(property, value)); // reflection may set what is init-only
        return copy;
    }

    private static PropertyInfo Find(Type type, string name) =>
        type.GetProperty(name) is { CanWrite: true } property ? property : throw new UserException(
            $"--variant: there is no option '{name}'; there are "
            + string.Join(", ", type.GetProperties().Where(p => p.CanWrite).Select(p => p.Name)));

    private static object? Convert(PropertyInfo property, string value)
    {
        var nullable = Nullable.GetUnderlyingType(property.PropertyType);
        if (nullable is not null && value == "null")
            return null;
        var type = nullable ?? property.PropertyType;
        try
        {
            return Preset(type, value)
                ?? (type == typeof(IReadOnlyList<int>)
                    ? (value == "none" ? [] : value.Split('-'))
                    .Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray()
                : type.IsEnum ? Enum.Parse(type, value)
                : System.Convert.ChangeType(value, type, CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (
            error is FormatException or ArgumentException or InvalidCastException or OverflowException)
        {
            throw new UserException($"--variant: {property.Name}={value} is no {type.Name}"
                + (type.IsEnum ? $"; there are {string.Join(", ", Enum.GetNames(type))}" : "; mend the value")
                + (nullable is null ? "" : ", or null"));
        }
    }

    /// <summary>A value that its type has under a name: AliceOptimizerOptions.Published, RegressionLoss.Absolute; else
    /// null.</summary>
    private static object? Preset(Type type, string name) =>
        type.GetProperty(name, BindingFlags.Public | BindingFlags.Static) is { } preset && preset.PropertyType == type
            ? preset.GetValue(null)
            : null;
}
