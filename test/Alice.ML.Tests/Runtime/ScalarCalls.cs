using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Alice.ML.Tests.Runtime;

/// <summary>Members of TorchSharp that take a Scalar, or make one inside and hand its address to libtorch: found in its
/// code, by what calls what. Making an object of a class counts as calling its virtual methods.
/// </summary>
internal sealed class ScalarCalls : IDisposable
{
    private const string Scalar = "TorchSharp.Scalar";
    private readonly ModuleDefinition _torch = ModuleDefinition.ReadModule(typeof(TorchSharp.torch).Assembly.Location);
    private readonly HashSet<MethodDefinition> _members;

    public ScalarCalls()
    {
        var methods = _torch.GetTypes().SelectMany(type => type.Methods).ToList();
        var callers = methods.SelectMany(caller => Calls(caller).Select(callee => (caller, callee)))
            .ToLookup(call => call.callee, call => call.caller);
        // Conversions to a Scalar are where it begins; what a Scalar itself does is no concern.
        _members = [.. methods.Where(method => method.ReturnType.FullName == Scalar)];
        var open = new Queue<MethodDefinition>(_members);
        while (open.TryDequeue(out var method))
            foreach (var caller in callers[method])
                if (_members.Add(caller))
                    open.Enqueue(caller);
        _members.UnionWith(
            methods.Where(method => method.Parameters.Any(parameter => parameter.ParameterType.FullName == Scalar)));
    }

    /// <summary>Their documentation names, as the analyzer for banned symbols wants them, in order.</summary>
    public IEnumerable<string> Names => _members.Where(IsVisible)
        .Select(method => method.IsGetter
            ? DocCommentId.GetDocCommentId(method.DeclaringType.Properties.First(p => p.GetMethod == method))
            : DocCommentId.GetDocCommentId(method))
        .Distinct().Order(StringComparer.Ordinal);

    /// <summary>Where an assembly calls them: "type.method: member".</summary>
    public IEnumerable<string> UsesIn(System.Reflection.Assembly assembly)
    {
        var names = _members.Select(method => method.FullName).ToHashSet();
        using var module = ModuleDefinition.ReadModule(assembly.Location);
        return [.. from method in module.GetTypes().SelectMany(type => type.Methods)
            where method.HasBody
            from instruction in method.Body.Instructions
            let callee = instruction.Operand as MethodReference
            where callee is not null && names.Contains(callee.GetElementMethod().FullName)
            select $"{method.DeclaringType.FullName}.{method.Name}: {callee.DeclaringType.Name}.{callee.Name}"];
    }

    public void Dispose() => _torch.Dispose();

    private IEnumerable<MethodDefinition> Calls(MethodDefinition caller)
    {
        if (!caller.HasBody)
            yield break;
        foreach (var instruction in caller.Body.Instructions)
        {
            if (instruction.Operand is not MethodReference reference || Here(reference.DeclaringType) is null
                || reference.Resolve() is not { } callee)
                continue;
            yield return callee;
            if (instruction.OpCode.Code != Code.Newobj)
                continue;
            // Iterators are classes that the compiler makes; all they do is done for the caller.
            var isIterator = callee.DeclaringType.Name.StartsWith('<');
            for (var type = callee.DeclaringType; type is not null; type = Here(type.BaseType))
                foreach (var method in type.Methods.Where(method => isIterator || IsOwnVirtual(method)))
                    yield return method;
        }
    }

    /// <summary>Virtual, and first declared by TorchSharp: ToString of a tensor is not what it is made for.</summary>
    private bool IsOwnVirtual(MethodDefinition method) =>
        method.IsVirtual && (method.IsNewSlot || Here(method.GetOriginalBaseMethod().DeclaringType) is not null);

    private TypeDefinition? Here(TypeReference? type) => type?.GetElementType() is { } element
        && (element.Scope == _torch || element is TypeDefinition) ? element.Resolve() : null;

    private static bool IsVisible(MethodDefinition method)
    {
        if (!method.IsPublic && !method.IsFamily)
            return false;
        for (var type = method.DeclaringType; type is not null; type = type.DeclaringType)
            if (!type.IsPublic && !type.IsNestedPublic)
                return false;
        return true;
    }
}
