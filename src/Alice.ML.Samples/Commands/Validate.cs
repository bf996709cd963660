using System.CommandLine;

namespace Alice.ML.Samples.Commands;

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
}
