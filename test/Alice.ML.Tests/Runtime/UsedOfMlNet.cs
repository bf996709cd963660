using Mono.Cecil;

namespace Alice.ML.Tests.Runtime;

/// <summary>The types and members of Microsoft.ML that one of our assemblies refers to, from its metadata.</summary>
internal sealed class UsedOfMlNet : IDisposable
{
    private readonly DefaultAssemblyResolver _resolver = new();

    /// <param name="assembly">Its name; it lies beside the tests.</param>
    public UsedOfMlNet(string assembly)
    {
        _resolver.AddSearchDirectory(AppContext.BaseDirectory);
        _resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        Module = ModuleDefinition.ReadModule(
            Path.Combine(AppContext.BaseDirectory, assembly + ".dll"),
            new ReaderParameters { AssemblyResolver = _resolver });
        References = [.. Module.GetTypeReferences().Where(IsOfMlNet).Cast<MemberReference>()
            .Concat(Module.GetMemberReferences().Where(member => IsOfMlNet(member.DeclaringType)))];
    }

    public ModuleDefinition Module { get; }

    /// <summary>The references.</summary>
    public IReadOnlyList<MemberReference> References { get; }

    /// <summary>What a reference means; null where it means nothing any more.</summary>
    public static IMemberDefinition? Find(MemberReference reference) => reference switch
    {
        TypeReference type => type.Resolve(),
        _ => reference.Resolve(),
    };

    /// <summary>Whether only its own assembly and friends of that may use it.</summary>
    public static bool IsInternal(IMemberDefinition member) => member switch
    {
        TypeDefinition type => type.IsNotPublic || type.IsNestedAssembly || type.IsNestedFamilyAndAssembly
            || (type.DeclaringType is { } outer && IsInternal(outer)),
        MethodDefinition method =>
            method.IsAssembly || method.IsFamilyAndAssembly || IsInternal(method.DeclaringType),
        FieldDefinition field => field.IsAssembly || field.IsFamilyAndAssembly || IsInternal(field.DeclaringType),
        _ => false,
    };

    public static string AssemblyOf(IMemberDefinition member) =>
        (member as TypeDefinition ?? member.DeclaringType).Module.Assembly.Name.Name;

    /// <summary>A type, and the name of its member: of a property, not of what reads it; "" for the type
    /// itself.</summary>
    public static (string Type, string Name) Describe(IMemberDefinition member) => member switch
    {
        TypeDefinition type => (type.FullName, ""),
        MethodDefinition { IsConstructor: true } => (member.DeclaringType.FullName, "new"),
        MethodDefinition { IsSpecialName: true } =>
            (member.DeclaringType.FullName, member.Name[(member.Name.IndexOf('_') + 1)..]),
        _ => (member.DeclaringType.FullName, member.Name),
    };

    public void Dispose()
    {
        Module.Dispose();
        _resolver.Dispose();
    }

    private static bool IsOfMlNet(TypeReference type) =>
        type.GetElementType().Scope?.Name.StartsWith("Microsoft.ML.", StringComparison.Ordinal) == true;
}
