using System.CommandLine;

namespace Alice.ML.Tool.Commands;

/// <summary>Checks of option values while parsing. A failure is a usage error.</summary>
internal static class Validate
{
    /// <summary>Requires a whole number of at least a given value, if the option is given.</summary>
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

    /// <summary>Requires that a number passes a test, if the option is given.</summary>
    public static void Number<T>(Option<T> option, Func<double, bool> isGood, string rule) =>
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T>() is { } given && Convert.ToDouble(given) is var value && !isGood(value))
                result.AddError($"{option.Name} {result.Tokens[0].Value}: give {rule}");
        });
}
