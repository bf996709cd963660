using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Alice.ML.Tests.Structure;

/// <summary>Which folders of a project use which, by its compiled code, where constants leave no trace.</summary>
internal static class FolderDependencies
{
    /// <summary>The folders that stand in circles: each uses another one that uses it, directly or by way of
    /// others.</summary>
    /// <param name="project">The project's folder in the repository.</param>
    /// <param name="assembly">What was built of it.</param>
    public static string[] Circles(string project, string assembly)
    {
        var uses = Of(project, assembly);
        return [.. uses.Keys.Where(folder => Reach(uses, folder).Contains(folder)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The folders that each folder uses, itself left out.</summary>
    /// <inheritdoc cref="Circles"/>
    public static Dictionary<string, HashSet<string>> Of(string project, string assembly)
    {
        var folders = new SourceFolders(project);
        using var module = ModuleDefinition.ReadModule(assembly);
        var uses = new Dictionary<string, HashSet<string>>();
        foreach (var type in module.GetTypes())
        {
            if (folders.Of(type) is not { } folder)
                continue;
            if (!uses.TryGetValue(folder, out var used))
                uses[folder] = used = [];
            used.UnionWith(References(type).SelectMany(Parts).OfType<TypeDefinition>().Select(folders.Of)
                .OfType<string>());
            used.Remove(folder);
        }
        return uses;
    }

    private static HashSet<string> Reach(Dictionary<string, HashSet<string>> uses, string from)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(uses[from]);
        while (open.TryPop(out var folder))
            if (reached.Add(folder))
                foreach (var next in uses[folder])
                    open.Push(next);
        return reached;
    }

    /// <summary>What the type says and what its code names.</summary>
    private static IEnumerable<TypeReference?> References(TypeDefinition type)
    {
        IEnumerable<TypeReference?> said =
        [
            type.BaseType, .. type.Interfaces.Select(i => i.InterfaceType), .. type.Fields.Select(f => f.FieldType),
            .. type.CustomAttributes.Select(a => a.AttributeType),
        ];
        return said.Concat(type.Methods.SelectMany(
            method => method.Parameters.Select(p => p.ParameterType).Append(method.ReturnType).Concat(Code(method))));
    }

    private static IEnumerable<TypeReference?> Code(MethodDefinition method) => !method.HasBody ? [] :
        method.Body.Variables.Select(v => (TypeReference?)v.VariableType)
            .Concat(method.Body.Instructions.SelectMany(Operand));

    private static IEnumerable<TypeReference?> Operand(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments],
        MethodReference method => [method.DeclaringType, method.ReturnType],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    /// <summary>The definitions that a type is made of: the elements of arrays, and generic arguments.</summary>
    private static IEnumerable<TypeReference?> Parts(TypeReference? type) => type switch
    {
        null => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Concat(Parts(generic.ElementType)),
        TypeSpecification of => Parts(of.ElementType),
        _ => [type],
    };
}
