using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Alice.ML.Mutants;

/// <summary>Turns on one of the mutants in an assembly that dotnet-stryker made, and notes which were
/// reached.</summary>
internal sealed class MutantSwitch
{
    private const string Control = "MutantControl";
    private const string Chosen = "Chosen";
    private const string Reached = "Reached";
    private const int MostMutants = 1 << 15;

    private readonly FieldInfo _chosen;
    private readonly bool[] _reached;

    private MutantSwitch(Type control)
    {
        _chosen = control.GetField(Chosen)!;
        _reached = (bool[])control.GetField(Reached)!.GetValue(null)!;
    }

    /// <summary>The switch of an assembly beside this program.</summary>
    public static MutantSwitch Of(string assembly) =>
        new(Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, assembly)).GetTypes()
            .Single(type => type.Name == Control));

    /// <summary>Turns on a mutant, and none for a negative number.</summary>
    public void Choose(int mutant) => _chosen.SetValue(null, mutant);

    /// <summary>Runs an action and returns the mutants that it reached.</summary>
    public int[] ReachedBy(Action action)
    {
        Array.Clear(_reached);
        action();
        return [.. Enumerable.Range(0, MostMutants).Where(mutant => _reached[mutant])];
    }

    /// <summary>Replaces stryker's switch, which looks into lists and the environment, by two array accesses.</summary>
    public static void Build(string from, string to)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(from);
        var control = assembly.MainModule.GetTypes().Single(type => type.Name == Control);
        var types = assembly.MainModule.TypeSystem;
        var chosen = Field(Chosen, types.Int32);
        var reached = Field(Reached, new ArrayType(types.Boolean));
        foreach (var old in control.Methods.Where(method => method.IsConstructor && method.IsStatic).ToList())
            control.Methods.Remove(old);
        const Mono.Cecil.MethodAttributes Special = Mono.Cecil.MethodAttributes.Private
            | Mono.Cecil.MethodAttributes.Static | Mono.Cecil.MethodAttributes.HideBySig
            | Mono.Cecil.MethodAttributes.SpecialName | Mono.Cecil.MethodAttributes.RTSpecialName;
        var start = new MethodDefinition(".cctor", Special, types.Void);
        var code = start.Body.GetILProcessor();
        code.Emit(OpCodes.Ldc_I4_M1);
        code.Emit(OpCodes.Stsfld, chosen);
        code.Emit(OpCodes.Ldc_I4, MostMutants);
        code.Emit(OpCodes.Newarr, types.Boolean);
        code.Emit(OpCodes.Stsfld, reached);
        code.Emit(OpCodes.Ret);
        control.Methods.Add(start);
        control.IsBeforeFieldInit = true;
        var isActive = control.Methods.Single(method => method.Name == "IsActive");
        isActive.Body = new Mono.Cecil.Cil.MethodBody(isActive);
        isActive.AggressiveInlining = true;
        code = isActive.Body.GetILProcessor();
        code.Emit(OpCodes.Ldsfld, reached);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldc_I4_1);
        code.Emit(OpCodes.Stelem_I1);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldsfld, chosen);
        code.Emit(OpCodes.Ceq);
        code.Emit(OpCodes.Ret);
        assembly.Write(to);

        FieldDefinition Field(string name, TypeReference type)
        {
            var field = new FieldDefinition(
                name, Mono.Cecil.FieldAttributes.Public | Mono.Cecil.FieldAttributes.Static, type);
            control.Fields.Add(field);
            return field;
        }
    }
}
