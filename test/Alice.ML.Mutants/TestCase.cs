using System.Reflection;

namespace Alice.ML.Mutants;

/// <summary>A test with one row of its data, run in this process.</summary>
/// <param name="Name">Class, method and number of the row.</param>
/// <param name="Method">The test.</param>
/// <param name="Arguments">The row.</param>
internal sealed record TestCase(string Name, MethodInfo Method, object?[] Arguments)
{
    private const string Tests = "Alice.ML.Tests.dll";
    private const int StackBytes = 16 << 20;

    /// <summary>The tests whose names contain one of these parts, separated by commas, and none that begin with a
    /// minus.
    /// </summary>
    public static IReadOnlyList<TestCase> Of(string classes)
    {
        var parts = classes.Split(',').ToLookup(part => part.StartsWith('-'), part => part.TrimStart('-'));
        var assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, Tests));
        return [.. assembly.GetTypes().Where(Has<TestClassAttribute>)
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .SelectMany(type => type.GetMethods().Where(Has<TestMethodAttribute>)
                .Where(method => IsAnyOf(parts[false], method) && !IsAnyOf(parts[true], method)).SelectMany(Rows))];
    }

    /// <summary>Runs the test in a thread of its own. Null if it passes, else why it does not.</summary>
    /// <param name="seconds">After which it counts as hung.</param>
    public string? Run(double seconds)
    {
        string? failure = null;
        var thread = new Thread(() => failure = Run(), StackBytes) { IsBackground = true };
        thread.Start();
        return thread.Join(TimeSpan.FromSeconds(seconds)) ? failure : Hung;
    }

    /// <summary>What <see cref="Run(double)"/> says of a test that does not end.</summary>
    public const string Hung = "hung";

    private string? Run()
    {
        object? instance = null;
        var type = Method.ReflectedType!;
        try
        {
            instance = Activator.CreateInstance(type)!;
            if (type.GetProperty(nameof(TestContext)) is { CanWrite: true } context)
                context.SetValue(instance, new Silent());
            CallAll<TestInitializeAttribute>(instance);
            Wait(Method.Invoke(instance, Arguments));
            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetBaseException().GetType().Name}: {e.GetBaseException().Message.ReplaceLineEndings(" ")}";
        }
        finally
        {
            if (instance is not null)
                CallAll<TestCleanupAttribute>(instance);
            (instance as IDisposable)?.Dispose();
        }
    }

    private static bool Has<T>(MemberInfo member) where T : Attribute => member.GetCustomAttribute<T>() is not null;

    private static string NameOf(MethodInfo method) => $"{method.ReflectedType!.FullName}.{method.Name}";

    private static bool IsAnyOf(IEnumerable<string> parts, MethodInfo method) =>
        parts.Any(part => NameOf(method).Contains(part, StringComparison.Ordinal));

    private static IEnumerable<TestCase> Rows(MethodInfo method)
    {
        var sources = method.GetCustomAttributes().OfType<ITestDataSource>().ToList();
        return sources.Count == 0 ? [new(NameOf(method), method, [])]
            : sources.SelectMany(source => source.GetData(method))
                .Select((row, i) => new TestCase($"{NameOf(method)}#{i}", method, Fitted(method, row)));
    }

    /// <summary>Fills in default values and the last arguments of a variable number of them.</summary>
    private static object?[] Fitted(MethodInfo method, object?[] row)
    {
        var parameters = method.GetParameters();
        if (parameters.Length == 0 || !parameters[^1].IsDefined(typeof(ParamArrayAttribute))
            || row.Length == parameters.Length && parameters[^1].ParameterType.IsInstanceOfType(row[^1]))
            return [.. row, .. parameters.Skip(row.Length).Select(parameter => parameter.DefaultValue)];
        var rest = row[(parameters.Length - 1)..];
        var last = Array.CreateInstance(parameters[^1].ParameterType.GetElementType()!, rest.Length);
        rest.CopyTo(last, 0);
        return [.. row[..(parameters.Length - 1)], last];
    }

    private static void CallAll<T>(object instance) where T : Attribute
    {
        foreach (var method in instance.GetType().GetMethods().Where(Has<T>))
            Wait(method.Invoke(instance, null));
    }

    private static void Wait(object? result) => (result as Task)?.GetAwaiter().GetResult();

    private sealed class Silent : TestContext
    {
        public override IDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

        public override void AddResultFile(string fileName) { }

        public override void Write(string? message) { }

        public override void Write(string format, params object?[] args) { }

        public override void WriteLine(string? message) { }

        public override void WriteLine(string format, params object?[] args) { }

        public override void DisplayMessage(MessageLevel messageLevel, string message) { }
    }
}
