using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Mono.Cecil;

/// <summary>Writes copies of assemblies with one more [InternalsVisibleTo].</summary>
public sealed class AddFriend : Task
{
    [Required] public ITaskItem[] Assemblies { get; set; }
    [Required] public ITaskItem[] References { get; set; }
    [Required] public string Friend { get; set; }
    [Required] public string OutputFolder { get; set; }

    public override bool Execute()
    {
        Directory.CreateDirectory(OutputFolder);
        using (var resolver = new DefaultAssemblyResolver())
        {
            foreach (var folder in References.Select(r => Path.GetDirectoryName(r.ItemSpec)).Distinct())
                resolver.AddSearchDirectory(folder);
            foreach (var assembly in Assemblies)
                Write(assembly.ItemSpec, resolver);
        }
        return !Log.HasLoggedErrors;
    }

    private void Write(string path, IAssemblyResolver resolver)
    {
        using (var definition = AssemblyDefinition.ReadAssembly(
            path, new ReaderParameters { AssemblyResolver = resolver }))
        {
            // Every assembly of ML.NET has friends already: their attribute's constructor is the one to call.
            var constructor = definition.CustomAttributes
                .First(a => a.AttributeType.Name == "InternalsVisibleToAttribute").Constructor;
            var attribute = new CustomAttribute(constructor);
            attribute.ConstructorArguments.Add(
                new CustomAttributeArgument(definition.MainModule.TypeSystem.String, Friend));
            definition.CustomAttributes.Add(attribute);
            definition.Write(Path.Combine(OutputFolder, Path.GetFileName(path)));
        }
        Log.LogMessage(MessageImportance.High, "{0} may now use the internals of {1}", Friend, Path.GetFileName(path));
    }
}
