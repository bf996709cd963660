using System.Reflection;
using Alice.ML.Optimization;
using Alice.ML.Trainers;

namespace Alice.ML.Tests.Docs;

/// <summary>docs/options.md has a row for every option, with its real default, and no others.</summary>
[TestClass]
public sealed class OptionsPageTests
{
    [TestMethod]
    [DataRow("All trainers", typeof(AliceRegressionTrainer.Options))]
    [DataRow("Regression", typeof(AliceRegressionTrainer.Options))]
    [DataRow("The optimizer", typeof(AliceOptimizerOptions))]
    public void The_table_lists_every_option_with_its_default(string section, Type options)
    {
        var instance = Activator.CreateInstance(options)!;
        // The options of regression are those of all trainers, and its own, which have a table of their own.
        var expected = Options(options).Where(o => section != "All trainers" || o.Member.DeclaringType != options)
            .Where(o => section != "Regression" || o.Member.DeclaringType == options)
            .ToDictionary(o => o.Member.Name, o => Text(o.Value(instance)));
        var rows = Rows(section);
        CollectionAssert.AreEquivalent(expected.Keys, rows.Keys, section);
        foreach (var (name, value) in expected)
            Assert.AreEqual(value, rows[name][1], name);
        Assert.IsTrue(rows.Values.All(row => row.Length == 4 && row.All(cell => cell != "")), "an empty cell");
    }

    [TestMethod]
    public void Only_regression_has_options_of_its_own()
    {
        foreach (var options in new[] { typeof(AliceBinaryTrainer.Options), typeof(AliceMulticlassTrainer.Options) })
            Assert.IsEmpty(Options(options).Where(o => o.Member.DeclaringType == options));
    }

    [TestMethod]
    public void The_tables_say_what_classification_and_the_trainers_change()
    {
        var regression = new AliceRegressionTrainer.Options();
        AssertChanges("Classification", typeof(AliceTrainerOptions), regression, new AliceBinaryTrainer.Options());
        AssertChanges("Classification", typeof(AliceTrainerOptions), regression, new AliceMulticlassTrainer.Options());
        AssertChanges("What AliceOptimizerOptions.Tabular changes", typeof(AliceOptimizerOptions),
            AliceOptimizerOptions.Published, AliceOptimizerOptions.Tabular);
    }

    private static void AssertChanges(string section, Type options, object from, object to)
    {
        var changed = Options(options).Where(o => Text(o.Value(from)) != Text(o.Value(to)))
            .ToDictionary(o => o.Member.Name, o => Text(o.Value(to)));
        var rows = Rows(section);
        CollectionAssert.AreEquivalent(changed.Keys, rows.Keys);
        foreach (var (name, value) in changed)
            Assert.AreEqual(value, rows[name][1], name);
    }

    /// <summary>Everything that can be set: properties, and the fields of ML.NET's base class.</summary>
    private static IEnumerable<(MemberInfo Member, Func<object, object?> Value)> Options(Type options) =>
    [
        .. options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is { IsPublic: true })
            .Select(p => ((MemberInfo)p, (Func<object, object?>)p.GetValue)),
        .. options.GetFields(BindingFlags.Public | BindingFlags.Instance)
            .Select(f => ((MemberInfo)f, (Func<object, object?>)f.GetValue)),
    ];

    /// <summary>
    /// The cells of each row of a section's table, by the name in its first; code marks are taken off.
    /// </summary>
    private static Dictionary<string, string[]> Rows(string section)
    {
        var lines = File.ReadAllLines(Path.Combine(Snippets.Repository(), "docs", "options.md"));
        return lines.SkipWhile(l => l != $"## {section}").Skip(1).TakeWhile(l => !l.StartsWith("## "))
            .Where(l => l.StartsWith('|')).Skip(2)
            .Select(l => l.Trim('|').Split('|').Select(cell => cell.Trim().Trim('`')).ToArray())
            .ToDictionary(cells => cells[0]);
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        IEnumerable<int> numbers => $"[{string.Join(", ", numbers)}]",
        IEnumerable<double> numbers => $"[{string.Join(", ", numbers)}]",
        CancellationToken => "none",
        AliceOptimizerOptions optimizer when optimizer == AliceOptimizerOptions.Tabular => "Tabular",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
