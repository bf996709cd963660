namespace System.Runtime.CompilerServices;

/// <summary>The runtime knows this attribute by its name. It gives an assembly access to the internals of another.
/// ML.NET's base classes of trainers and models are internal, so build/FriendAccess.targets adds this attribute to our
/// assemblies. See docs/mlnet-internals.md.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
