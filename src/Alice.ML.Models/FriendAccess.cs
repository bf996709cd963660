namespace System.Runtime.CompilerServices;

/// <summary>Known to the runtime by its name: lets an assembly use the internals of another. ML.NET keeps the base
/// classes of trainers and models to its own assemblies; build/FriendAccess.targets puts this attribute on ours. See
/// docs/mlnet-internals.md.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
