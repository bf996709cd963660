using System.CommandLine;

namespace Alice.ML.Tool.Commands;

/// <summary>Checks of option values, made while parsing: a failure is a usage error.</summary>
internal static class Validate
{
    /// <summary>A whole number, where given, has a lower limit.</summary>
    public static void AtLeast(Option<int?> option, int least) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int?>() is { } value && value < least)
            result.AddError($"{option.Name} {value}: give a whole number of at least {least}");
    });

    /// <inheritdoc cref="AtLeast(Option{int?}, int)"/>
    public static void AtLeast(Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is var value && value < least)
            result.AddError($"{option.Name} {value}: give a whole number of at least {least}");
    });

    /// <summary>A number, where given, must pass a test.</summary>
    public static void Number<T>(Option<T> option, Func<double, bool> isGood, string rule) =>
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T>() is { } given && Convert.ToDouble(given) is var value && !isGood(value))
                result.AddError($"{option.Name} {result.Tokens[0].Value}: give {rule}");
        });
}
